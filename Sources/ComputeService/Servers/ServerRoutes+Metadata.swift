import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

// `/servers/{id}/metadata`
extension ServerRoutes {
  func addMetadata(to api: RouterGroup<OpenStackRequestContext>) {
    let path = "servers/:server_id/metadata"
    api.get("\(path)") { try await listMetadata($0, $1) }
    api.post("\(path)") { try await setMetadata($0, $1, isComplete: false) }
    api.put("\(path)") { try await setMetadata($0, $1, isComplete: true) }
    api.get("\(path)/:key") { try await showMetadata($0, $1) }
    api.put("\(path)/:key") { try await setMetadatum($0, $1) }
    api.delete("\(path)/:key") { try await deleteMetadatum($0, $1) }
  }

  private func listMetadata(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let instance = try await instance(context)
    return .json { writer in writer.object { $0.member("metadata") { $0.raw(instance.request.metadata.utf8) } } }
  }

  private func setMetadata(
    _ request: Request, _ context: OpenStackRequestContext, isComplete: Bool
  ) async throws -> Response {
    let body = try await context.json(of: request)
    try Schema.object([.init("metadata", .metadata)], required: ["metadata"]).check(body)
    let wanted = body["metadata"]?.object ?? JSONObject()
    let changed = try await changeMetadata(context, isComplete ? "update_all" : "create") { metadata in
      if isComplete {
        metadata = wanted
      } else {
        for member in wanted.members { metadata[member.name] = member.value }
      }
    }
    return .json(["metadata": .object(changed)])
  }

  private func showMetadata(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let instance = try await instance(context)
    let key = metadataKey(context)
    let metadata = try JSONValue(parsing: instance.request.metadata.utf8)
    guard let value = metadata[key] else { throw APIError.notFound("Metadata item was not found") }
    return .json(["meta": .object(JSONObject(members: [.init(name: key, value: value)]))])
  }

  private func setMetadatum(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let body = try await context.json(of: request)
    var one = Schema.metadata
    (one.minimumMembers, one.maximumMembers) = (1, 1)
    try Schema.object([.init("meta", one)], required: ["meta"]).check(body)
    let key = metadataKey(context)
    guard let value = body["meta"]?[key] else {
      _ = try await instance(context)
      throw APIError.badRequest("Request body and URI mismatch")
    }
    _ = try await changeMetadata(context, "update") { $0[key] = value }
    return .json(["meta": .object(JSONObject(members: [.init(name: key, value: value)]))])
  }

  private func deleteMetadatum(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let key = metadataKey(context)
    _ = try await changeMetadata(context, "delete", action: "delete metadata") { metadata in
      guard metadata[key] != nil else { throw APIError.notFound("Metadata item was not found") }
      metadata[key] = nil
    }
    return .empty(.noContent)
  }

  private func metadataKey(_ context: OpenStackRequestContext) -> String {
    QueryString.unescaped(context.parameters.get("key") ?? "")
  }

  /// - Throws: `APIError` 404, 403 for a reader or for more than the quota, 409 while the instance is locked or not in
  ///   a state of rest.
  private func changeMetadata(
    _ context: OpenStackRequestContext, _ verb: String, action: String = "update metadata",
    _ change: @Sendable @escaping (inout JSONObject) throws -> Void
  ) async throws -> JSONObject {
    let id = try serverID(context)
    let caller = try context.caller
    let quotas = Quotas(defaults: options.quotas)
    return try await store.write { transaction in
      var instance = try transaction.instance(id, for: caller)
      try caller.mustBeMember(for: "server-metadata:\(verb)")
      var metadata = try JSONValue(parsing: instance.request.metadata.utf8).object ?? JSONObject()
      try change(&metadata)
      try instance.check(.metadata, action, for: caller)
      try quotas.checkMetadata(count: metadata.members.count, project: instance.projectID, in: transaction)
      instance.request.metadata = JSONValue.object(metadata).description
      try transaction.updateDefinition(of: instance)
      return metadata
    }
  }
}

extension ActionRule {
  /// `update_instance_metadata` and `delete_instance_metadata` of `nova/compute/api.py`.
  static let metadata = ActionRule(
    vmStates: [.active, .paused, .suspended, .stopped], tasks: nil, mustHaveLaunched: false, needsHost: false)
  /// `_check_instance_in_valid_state` of `nova/api/openstack/compute/server_tags.py`.
  static let tags = ActionRule(
    vmStates: [.active, .paused, .suspended, .stopped], tasks: nil, mustHaveLaunched: false, needsHost: false,
    respectsLock: false)
}

extension Instance {
  /// - Parameter action: upstream's name of it in the refusal.
  /// - Throws: `APIError` 409 if the rule does not allow it now.
  func check(_ rule: ActionRule, _ action: String, for caller: AuthToken) throws {
    if let refusal = rule.refusal(of: self, isLocked: lock != nil && !caller.isAdmin) {
      throw APIError(refusal, action, ofInstance: id)
    }
  }
}
