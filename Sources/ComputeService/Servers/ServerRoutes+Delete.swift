import Hummingbird
import Model
import OpenStackHTTP
import Store

extension ServerRoutes {
  /// The hosts confirm a deletion, and are told until they have; an instance that has none is gone at once.
  func delete(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try await beginDeletion(context, rule: "servers:delete")
    return .empty(.noContent)
  }

  /// - Throws: `APIError` 404, 409 for an instance that is locked, 403 for a reader.
  func beginDeletion(_ context: OpenStackRequestContext, rule: String) async throws {
    let id = try serverID(context)
    let caller = try context.caller
    let requestID = context.requestID
    let instance = try await store.write { transaction in
      let instance = try transaction.instance(id, for: caller)
      try caller.mustBeMember(for: rule)
      try instance.checkLock(for: caller)
      try transaction.beginDeletion(of: instance, requestID: requestID, userID: caller.userID)
      return instance
    }
    guard instance.host == nil else { return }
    try await HostlessDeletion(store: store, peers: peers, logger: logger).perform(instance)
  }
}
