import HostRPC
import JSON
import Model
import Store

extension Transaction {
  /// Writes where an instance is and what room it holds after an operation, and what became of its move.
  func settle(
    _ operation: InstanceOperation, _ instance: Instance, _ outcome: OperationOutcome, result: JSONValue
  ) throws {
    guard outcome == .done else { return try settleFailure(operation, instance) }
    let id = instance.id
    switch operation.kind {
    case .resize, .migrate: try settleResize(operation, instance)
    case .confirmResize:
      try releaseClaims(ofInstance: id)
      try setMigrationStatus(.confirmed, ofInstance: id)
    case .revertResize:
      try place(id, onHost: operation.sourceHost)
      if let migration = try migration(ofInstance: id) { try setFlavor(migration.oldFlavor, ofInstance: id) }
      try releaseClaims(ofInstance: id)
      try setMigrationStatus(.reverted, ofInstance: id)
    case .liveMigrate, .evacuate:
      try place(id, onHost: operation.destinationHost)
      try releaseClaims(ofInstance: id)
      try setMigrationStatus(operation.kind == .evacuate ? .done : .completed, ofInstance: id)
      try removeFromHost(operation.sourceHost, instance: id)
    case .shelve: try setShelvedImage(result["image_id"]?.string.flatMap { UUID($0) }, ofInstance: id)
    case .shelveOffload: try place(id, onHost: nil)
    case .unshelve: try setShelvedImage(nil, ofInstance: id)
    case .attachInterface, .detachInterface: try settleInterfaces(operation, instance, result)
    default: break
    }
  }

  private func settleResize(_ operation: InstanceOperation, _ instance: Instance) throws {
    guard let migration = try migration(ofInstance: instance.id) else { return }
    try place(instance.id, onHost: operation.destinationHost)
    try setFlavor(migration.newFlavor, ofInstance: instance.id)
    try releaseClaims(ofInstance: instance.id)
    // What a revert would need is kept until somebody confirms.
    try claim(migration.oldFlavor, onHost: migration.sourceHost, forInstance: instance.id)
    try setMigrationStatus(.finished, ofInstance: instance.id)
  }

  private func settleFailure(_ operation: InstanceOperation, _ instance: Instance) throws {
    switch operation.kind {
    case .resize, .migrate, .liveMigrate, .evacuate:
      try releaseClaims(ofInstance: instance.id)
      try setMigrationStatus(.error, ofInstance: instance.id)
      if operation.destinationHost != instance.host {
        try removeFromHost(operation.destinationHost, instance: instance.id)
      }
    case .confirmResize, .revertResize:
      // Asking again must find what is to be confirmed or reverted.
      try setMigrationStatus(.finished, ofInstance: instance.id)
    case .unshelve where operation.before.vm == .shelvedOffloaded:
      try place(instance.id, onHost: nil)
      try removeFromHost(operation.sourceHost, instance: instance.id)
    default: break
    }
  }

  /// Tells a host to forget an instance that is somewhere else now.
  func removeFromHost(_ host: String?, instance id: UUID) throws {
    guard let host else { return }
    try enqueue(RemoveInstance.self, .init(instanceID: id), host: host, instanceID: id)
  }

  /// Keeps the list of networks true: which ports the user brought decides which outlive the instance, and their order
  /// is that of the guest's interfaces.
  private func settleInterfaces(_ operation: InstanceOperation, _ instance: Instance, _ result: JSONValue) throws {
    let arguments = try JSONValue(parsing: operation.arguments.utf8)
    var networks = try JSONValue(parsing: instance.request.networks.utf8).array ?? []
    if operation.kind == .attachInterface {
      let tag: JSONValue = arguments["tag"].map { ["tag": $0] } ?? [:]
      networks.append(
        tag.merging(arguments["port_id"].map { ["port_id": $0] } ?? ["network_id": result["network_id"] ?? .null]))
    } else if let index = networks.firstIndex(where: { $0["port_id"] == arguments["port_id"] }) {
      networks.remove(at: index)
    } else if let index = networks.firstIndex(where: {
      $0["port_id"] == nil && $0["network_id"] == result["network_id"]
    }) {
      networks.remove(at: index)
    }
    var changed = instance
    changed.request.networks = JSONValue.array(networks).description
    try updateDefinition(of: changed)
    try markNetworkInfoStale(ofInstances: [instance.id])
  }
}
