import HostRPC
import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension ServerRoutes {
  /// The host confirms a deletion; an instance that never had one is gone at once.
  func delete(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let text = context.parameters.get("server_id") ?? ""
    guard let id = UUID(text) else { throw APIError.noInstance(text) }
    let caller = try context.caller
    let projectID = caller.isAdmin ? nil : caller.projectID ?? ""
    let requestID = context.requestID
    try await store.write { transaction in
      guard var instance = try transaction.instance(id, inProject: projectID) else { throw APIError.noInstance(text) }
      guard let host = instance.host else {
        try transaction.deleteInstance(id)
        return
      }
      // Asking again changes nothing: the host has been told, and will be told again until it has confirmed.
      guard instance.state.task != .deleting else { return }
      instance.state.task = .deleting
      try transaction.update(instance)
      try transaction.begin(
        InstanceAction(
          action: "delete", requestID: requestID, userID: caller.userID, projectID: instance.projectID,
          startedAt: transaction.now),
        ofInstance: id)
      try transaction.withdrawMessages(ofInstance: id)
      try transaction.enqueue(TerminateInstance.self, .init(instanceID: id), host: host, instanceID: id)
    }
    return .empty(.noContent)
  }
}
