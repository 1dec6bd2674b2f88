import HTTPTypes
import HostRPC
import JSON
import Model
import OpenStackHTTP
import Store

/// Begins long operations on instances, and tells how they ended.
///
/// What the state table allows, the state that it leads to, the claim on another host, the row of the operation, its
/// action, and the message to the host are one transaction: after a crash there is all of it or nothing.
struct Operations: Sendable {
  let store: Store
  let options: ComputeOptions
  let outcomes: OperationOutcomes

  /// - Parameters:
  ///   - arguments: An object, by kind.
  ///   - adjust: What else changes in the instance, in the same transaction, after the state has been checked.
  /// - Returns: The operation with the instance as it is now.
  /// - Throws: `APIError` 404, 409 in the words of upstream's refusals, or 400 if no host will do.
  @discardableResult
  func begin(
    _ kind: OperationKind, on id: UUID, arguments: JSONValue = [:], _ context: OpenStackRequestContext,
    adjust: (@Sendable (inout Instance, Transaction) throws -> Void)? = nil
  ) async throws -> BegunOperation {
    let caller = try context.caller
    let start = OperationStart(
      kind: kind, arguments: arguments, requestID: context.requestID, userID: caller.userID, isAdmin: caller.isAdmin,
      options: options)
    let projectID = caller.isAdmin ? nil : caller.projectID ?? ""
    let deadline = ContinuousClock.now + Self.patience
    while true {
      do {
        return try await store.write { transaction in
          guard let instance = try transaction.instance(id, inProject: projectID) else {
            throw APIError.noInstance("\(id)")
          }
          return try start.perform(on: instance, in: transaction, adjust: adjust)
        }
      } catch let refusal as ActionRefusal {
        throw APIError(refusal, kind.refusalName, ofInstance: id)
      } catch let found as OperationUnderWay {
        // Upstream's hosts do one thing after the other; here the request waits for what has no task.
        let (running, left) = (found.operation, deadline - .now)
        guard left > .zero, try await outcomes.outcome(of: running.id, within: left) != nil else {
          throw APIError.conflict(
            "Cannot '\(kind.refusalName)' instance \(id) while it is in task_state \(running.kind.rawValue)")
        }
      }
    }
  }

  /// How long a request waits for an attachment or a detachment that is under way.
  private static let patience = Duration.seconds(10)

  /// Waits until an operation has ended.
  ///
  /// - Returns: What the host told of it, an object.
  /// - Throws: `APIError` 500 with the fault's message if it failed, 504 if it has not ended in time: it goes on then.
  func outcome(of begun: BegunOperation, within limit: Duration = .seconds(60)) async throws -> JSONValue {
    switch try await outcomes.outcome(of: begun.id, within: limit) {
    case .success(let result): return result
    case .failure(let failure): throw APIError(.internalServerError, failure.message)
    case nil:
      throw APIError(.gatewayTimeout, "The operation has not ended within \(limit.components.seconds) seconds.")
    }
  }
}

/// An operation that has begun.
struct BegunOperation: Sendable {
  var id: Int64
  /// As it is now, with its task.
  var instance: Instance
}

extension APIError {
  /// `raise_http_conflict_for_instance_invalid_state` of `nova/api/openstack/common.py`, and the two errors that have
  /// words of their own.
  init(_ refusal: ActionRefusal, _ action: String, ofInstance id: UUID) {
    switch refusal {
    case .locked: self = .conflict("Instance \(id) is locked")
    case .vmState(let state):
      self = .conflict("Cannot '\(action)' instance \(id) while it is in vm_state \(state.rawValue)")
    case .taskState(let state):
      self = .conflict("Cannot '\(action)' instance \(id) while it is in task_state \(state?.rawValue ?? "None")")
    case .notLaunched: self = .conflict("Instance \(id) is in an invalid state for '\(action)'")
    case .noHost: self = .conflict("Instance \(id) is not ready")
    }
  }
}
