import ComputeService
import HostRPC
import JSON
import Model
import SQLite
import Store
import Support

/// What stands in the database about an operation, and what its hosts tell.
extension ComputeFixture {
  /// Serves with two hosts, of which an instance that leaves one can only take the other.
  static func operating(_ body: @Sendable @escaping (ComputeFixture, UUID) async throws -> Void) async throws {
    var options = ComputeOptions()
    options.allowsResizeToSameHost = false
    try await serving(options: options) { compute in
      let id = try await compute.activeServer()
      try await compute.report("h2")
      try await body(compute, id)
    }
  }

  func operation(_ id: UUID) async throws -> InstanceOperation? {
    try await store.read { try $0.operation(ofInstance: id) }
  }

  func begun(_ id: UUID, _ action: String, _ value: JSONValue = .null) async throws -> InstanceOperation {
    let reply = try await act(id, action, value, token: "admin")
    guard let operation = try await operation(id) else {
      throw NeverHappened("\(action) was answered with \(reply.status): \(reply.message ?? "")")
    }
    return operation
  }

  func instance(_ id: UUID) async throws -> Instance {
    guard let instance = try await store.read({ try $0.instance(id) }) else { throw NeverHappened("the instance") }
    return instance
  }

  @discardableResult
  func finish(
    _ operation: InstanceOperation, _ leg: OperationLeg? = nil, by host: String? = nil,
    ending outcome: OperationOutcome = .done, power: PowerState? = nil, result: JSONValue = [:]
  ) async throws -> VMState? {
    let fault = outcome == .done ? nil : InstanceUpdate.Fault(message: "it broke", details: nil)
    let report = FinishOperation.Arguments(
      operationID: operation.id, leg: leg ?? operation.leg, outcome: outcome, powerState: power, fault: fault,
      result: result)
    return try await self.host(host ?? operation.owner).call(FinishOperation.self, report).vmState
  }

  func tell(_ operation: InstanceOperation, _ step: String?, by host: String? = nil) async throws
    -> UpdateOperation.Result
  {
    try await self.host(host ?? operation.owner).call(
      UpdateOperation.self, .init(operationID: operation.id, leg: operation.leg, step: step))
  }

  /// The messages of a host about the instance, in order, by their method.
  func inbox(_ host: String, _ id: UUID) async throws -> [String] {
    try await store.read { snapshot in
      try snapshot.rows("SELECT method FROM host_messages WHERE host = ? AND instance_id = ? ORDER BY id", host, id) {
        $0.text(0)
      }
    }
  }

  /// The requests to do a leg that wait for a host.
  func requests(_ host: String, _ id: UUID) async throws -> [OperationRequest] {
    try await store.read { snapshot in
      try snapshot.rows(
        "SELECT args FROM host_messages WHERE host = ? AND instance_id = ? AND method = ? ORDER BY id", host, id,
        PerformOperation.name
      ) { try OperationRequest(json: JSONValue(parsing: $0.text(0).utf8)) }
    }
  }

  /// The hosts on which the instance holds room besides its own.
  func claims(_ id: UUID) async throws -> [String] {
    try await store.read { snapshot in
      try snapshot.rows("SELECT host FROM instance_claims WHERE instance_id = ? ORDER BY host", id) { $0.text(0) }
    }
  }

  func migrationStatus(_ id: UUID) async throws -> String? {
    try await store.read { try $0.migration(ofInstance: id)?.status.rawValue }
  }
}
