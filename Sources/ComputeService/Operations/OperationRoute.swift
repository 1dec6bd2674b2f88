import JSON
import Model
import OpenStackHTTP
import Store

/// Which hosts have to do with an operation; where one has to be chosen, it is, and its room is claimed.
struct OperationRoute {
  var source: String?
  var destination: String?
  /// The host of the instance's row from now on.
  var instanceHost: String?

  init(_ start: OperationStart, _ instance: Instance, in transaction: Transaction) throws {
    source = instance.host
    instanceHost = instance.host
    switch start.kind {
    case .resize:
      let flavor = try Self.flavor(start, in: transaction)
      guard flavor.id != instance.flavor.id else {
        throw APIError.badRequest("When resizing, instances must change flavor!")
      }
      let left = start.options.allowsResizeToSameHost ? nil : instance.host
      try move(instance, to: flavor, start, leaving: left, transaction)
    case .migrate, .liveMigrate:
      try Self.requireLife(of: instance.host, start, transaction)
      try move(instance, to: instance.flavor, start, leaving: instance.host, transaction)
    case .evacuate:
      try Self.requireDeath(of: instance.host, start, transaction)
      try move(instance, to: instance.flavor, start, leaving: instance.host, transaction)
    case .confirmResize, .revertResize:
      guard let migration = try transaction.migration(ofInstance: instance.id), migration.status == .finished else {
        throw APIError.badRequest("Instance has not been resized.")
      }
      source = migration.sourceHost
      destination = instance.host
      let status: InstanceMigration.Status = start.kind == .confirmResize ? .confirming : .reverting
      try transaction.setMigrationStatus(status, ofInstance: instance.id)
    case .unshelve where instance.host == nil:
      let host = try Self.choose(for: instance, instance.flavor, start, leaving: nil, transaction)
      try transaction.place(instance.id, onHost: host)
      (source, instanceHost) = (host, host)
    default: break
    }
  }

  private mutating func move(
    _ instance: Instance, to flavor: Flavor, _ start: OperationStart, leaving host: String?, _ transaction: Transaction
  ) throws {
    let chosen = try Self.choose(for: instance, flavor, start, leaving: host, transaction)
    destination = chosen
    try transaction.claim(flavor, onHost: chosen, forInstance: instance.id)
    guard let kind = start.kind.migrationKind else { return }
    try transaction.insert(
      InstanceMigration(
        id: UUID(), instanceID: instance.id, kind: kind, status: kind == .liveMigration ? .preparing : .migrating,
        sourceHost: instance.host ?? "", destinationHost: chosen, oldFlavor: instance.flavor, newFlavor: flavor,
        oldVMState: instance.state.vm, userID: start.userID, projectID: instance.projectID, createdAt: transaction.now,
        updatedAt: transaction.now))
  }

  private static func choose(
    for instance: Instance, _ flavor: Flavor, _ start: OperationStart, leaving host: String?,
    _ transaction: Transaction
  ) throws -> String {
    var request = try PlacementRequest(instance, flavor: flavor)
    if let zone = start.arguments["availability_zone"]?.string { request.zone = zone }
    request.requestedHost = start.arguments["host"]?.string
    if let host {
      guard request.requestedHost != host else {
        throw APIError.badRequest("The target host can't be the same one.")
      }
      request.excludedHosts = [host]
    }
    switch try Placement(policy: start.options.scheduling, at: transaction.now).choose(request, in: transaction) {
    case .host(let chosen): return chosen
    case .noValidHost(let reason): throw APIError.badRequest("No valid host was found. \(reason)")
    }
  }

  private static func flavor(_ start: OperationStart, in transaction: Transaction) throws -> Flavor {
    let id = start.arguments["flavor_id"]?.string ?? ""
    guard let flavor = try transaction.flavor(id) else {
      throw APIError.badRequest("Flavor \(id) could not be found.")
    }
    return flavor
  }

  private static func isAlive(_ host: String?, _ start: OperationStart, _ transaction: Transaction) throws -> Bool {
    guard let host, let node = try transaction.computeNode(host: host) else { return false }
    return node.isUp(at: transaction.now, downTime: start.options.scheduling.serviceDownTime)
  }

  private static func requireLife(of host: String?, _ start: OperationStart, _ transaction: Transaction) throws {
    guard try isAlive(host, start, transaction) else {
      throw APIError.conflict("Service is unavailable at this time.")
    }
  }

  /// A guest that still runs on its host must not be started on another.
  private static func requireDeath(of host: String?, _ start: OperationStart, _ transaction: Transaction) throws {
    guard try isAlive(host, start, transaction) else { return }
    throw APIError.badRequest("Compute service of \(host ?? "") is still in use.")
  }
}
