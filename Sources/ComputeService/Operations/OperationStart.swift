import HostRPC
import JSON
import Model
import OpenStackHTTP
import Store

/// Everything that makes an operation begin, inside one transaction.
struct OperationStart: Sendable {
  let kind: OperationKind
  let arguments: JSONValue
  let requestID: String
  let userID: String
  let isAdmin: Bool
  let options: ComputeOptions

  /// - Throws: ``ActionRefusal``, ``OperationUnderWay``, or `APIError` if no host will do.
  @discardableResult
  func perform(
    on found: Instance, in transaction: Transaction,
    adjust: (@Sendable (inout Instance, Transaction) throws -> Void)? = nil
  ) throws -> BegunOperation {
    var instance = found
    if let refusal = kind.rule.refusal(of: instance, isLocked: instance.lock != nil && !isAdmin) { throw refusal }
    if let running = try transaction.operation(ofInstance: instance.id) {
      guard kind.takesOver else { throw OperationUnderWay(operation: running) }
      try transaction.giveWay(running, of: instance)
    }
    let before = instance.state
    if let adjust {
      try adjust(&instance, transaction)
      try transaction.updateDefinition(of: instance)
    }
    let route = try OperationRoute(self, instance, in: transaction)
    instance.host = route.instanceHost
    instance.state.task = kind.taskState
    // Whatever was under way, a hard reboot and an evacuation take its place.
    try transaction.withdrawMessages(ofInstance: instance.id, exceptMethod: RemoveInstance.name)
    try transaction.update(instance)
    let leg = kind.legs[0]
    var operation = InstanceOperation(
      instanceID: instance.id, kind: kind, leg: leg, owner: "",
      arguments: try completeArguments(of: instance, in: transaction).description, before: before,
      sourceHost: route.source, destinationHost: route.destination, requestID: requestID, userID: userID,
      projectID: instance.projectID, startedAt: transaction.now,
      leaseUntil: transaction.now + options.scheduling.serviceDownTime, deadline: transaction.now + kind.patience)
    guard let owner = operation.host(of: leg) else { throw ActionRefusal.noHost }
    operation.owner = owner
    operation.id = try transaction.begin(operation)
    try transaction.begin(
      InstanceAction(
        action: kind.actionName, requestID: requestID, userID: userID, projectID: instance.projectID,
        startedAt: transaction.now),
      ofInstance: instance.id)
    try transaction.send(operation, of: instance)
    return BegunOperation(id: operation.id, instance: instance)
  }

  private func completeArguments(of instance: Instance, in transaction: Transaction) throws -> JSONValue {
    switch kind {
    case .unshelve:
      let image = try transaction.shelvedImage(ofInstance: instance.id)
      return image.map { arguments.merging(["image_id": .string("\($0)")]) } ?? arguments
    case .revertResize:
      let migration = try transaction.migration(ofInstance: instance.id)
      return migration.map { arguments.merging(["old_vm_state": .string($0.oldVMState.rawValue)]) } ?? arguments
    default: return arguments
    }
  }
}

extension JSONValue {
  /// An object with the members of both; those of `other` count where both have one.
  func merging(_ other: JSONValue) -> JSONValue {
    var object = self.object ?? JSONObject()
    for member in other.object?.members ?? [] { object[member.name] = member.value }
    return .object(object)
  }
}

extension Transaction {
  /// Takes back what an operation has prepared on another host, since a new one takes its place.
  fileprivate func giveWay(_ operation: InstanceOperation, of instance: Instance) throws {
    guard operation.kind.migrationKind != nil else { return }
    try releaseClaims(ofInstance: instance.id)
    try setMigrationStatus(.error, ofInstance: instance.id)
    if operation.destinationHost != instance.host {
      try removeFromHost(operation.destinationHost, instance: instance.id)
    }
  }

  /// Puts the message for the operation's present leg into its owner's inbox.
  ///
  /// - Throws: `APIError` 400 for an instance that was made without an image.
  func send(_ operation: InstanceOperation, of instance: Instance) throws {
    var arriving = instance
    if operation.leg == .destination, let migration = try migration(ofInstance: instance.id), operation.kind.resizes {
      arriving.flavor = migration.newFlavor
    }
    if operation.kind == .revertResize, operation.leg == .home, let migration = try migration(ofInstance: instance.id) {
      arriving.flavor = migration.oldFlavor
    }
    guard let build = try BuildRequest(arriving) else { throw APIError.badRequest("The instance has no image.") }
    let request = OperationRequest(
      operationID: operation.id, kind: operation.kind, leg: operation.leg,
      arguments: try JSONValue(parsing: operation.arguments.utf8), before: operation.before.vm,
      sourceHost: operation.sourceHost, destinationHost: operation.destinationHost, instance: build)
    try enqueue(PerformOperation.self, request, host: operation.owner, instanceID: instance.id)
  }
}

/// Another operation has to end before. Most are known by their task, but an attachment and a detachment have none.
struct OperationUnderWay: Error {
  let operation: InstanceOperation
}

extension OperationKind {
  /// Whether it takes the place of whatever is under way.
  var takesOver: Bool { self == .rebootHard || self == .evacuate }

  /// Whether the instance may have another size afterwards.
  var resizes: Bool { self == .resize || self == .migrate }

  /// The kind of move that it is recorded as; `nil` for what moves nothing.
  var migrationKind: InstanceMigration.Kind? {
    switch self {
    case .resize: .resize
    case .migrate: .migration
    case .liveMigrate: .liveMigration
    case .evacuate: .evacuation
    default: nil
    }
  }
}
