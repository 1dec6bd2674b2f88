import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

/// `/os-server-groups`: which servers are to be together or apart. Another project's group does not exist for a user.
struct ServerGroupRoutes: Sendable {
  let store: Store
  let options: ComputeOptions

  func add(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("os-server-groups") { try await list($0, $1) }
    api.post("os-server-groups") { try await create($0, $1) }
    api.get("os-server-groups/:server_group_id") { try await show($0, $1) }
    api.delete("os-server-groups/:server_group_id") { try await delete($0, $1) }
  }

  private func list(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let query = QueryString(request.uri.query)
    try query.check(["all_projects", "limit", "offset"], from: 75, context.microversion)
    let caller = try context.caller
    let projectID = query["all_projects"] != nil && caller.isAdmin ? nil : caller.projectID ?? ""
    let offset = try query.number("offset") ?? 0
    // A limit of zero is none, as upstream.
    let limit = try query.number("limit").flatMap { $0 == 0 ? nil : min($0, options.maxLimit) } ?? options.maxLimit
    let groups = try await store.read { try $0.serverGroups(ofProject: projectID, offset: offset, limit: limit) }
    return .json(["server_groups": .array(groups.map { $0.view(context.microversion) })])
  }

  private func create(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let body = try await context.json(of: request)
    let version = context.microversion
    try Schema.serverGroupCreate(version).check(body)
    let caller = try context.caller
    try caller.mustBeMember(for: "os-server-groups:create")
    guard let projectID = caller.projectID else { throw APIError.policy("os-server-groups:create") }
    let group = try ServerGroup(creating: body["server_group"] ?? [:], projectID: projectID, userID: caller.userID)
    let quotas = Quotas(defaults: options.quotas)
    try await store.write { transaction in
      let limits = try quotas.limits(ofProject: projectID, in: transaction)
      let own = try quotas.limits(ofProject: projectID, user: caller.userID, in: transaction)
      let count = try transaction.serverGroupCount(ofProject: projectID)
      let ownCount = try transaction.serverGroupCount(ofProject: projectID, user: caller.userID)
      guard limits.allows(count + 1, of: .serverGroups), own.allows(ownCount + 1, of: .serverGroups) else {
        throw APIError.forbidden("Quota exceeded, too many server groups.")
      }
      try transaction.insert(group)
    }
    return .json(["server_group": group.view(version)])
  }

  private func show(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let (id, projectID) = try target(context)
    guard let group = try await store.read({ try $0.serverGroup(id, inProject: projectID) }) else {
      throw APIError.noServerGroup(id.description)
    }
    return .json(["server_group": group.view(context.microversion)])
  }

  private func delete(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    try context.caller.mustBeMember(for: "os-server-groups:delete")
    let (id, projectID) = try target(context)
    try await store.write { transaction in
      guard try transaction.serverGroup(id, inProject: projectID) != nil, try transaction.deleteServerGroup(id) else {
        throw APIError.noServerGroup(id.description)
      }
    }
    return .empty(.noContent)
  }

  private func target(_ context: OpenStackRequestContext) throws -> (id: UUID, projectID: String?) {
    let text = context.parameters.get("server_group_id") ?? ""
    guard let id = UUID(text) else { throw APIError.noServerGroup(text) }
    let caller = try context.caller
    return (id, caller.isAdmin ? nil : caller.projectID ?? "")
  }
}

extension APIError {
  fileprivate static func noServerGroup(_ id: String) -> APIError {
    .notFound("Instance group \(id) could not be found.")
  }
}

extension ServerGroup {
  /// The group of a request's body, which the schema has checked.
  ///
  /// - Throws: `APIError` 400 for a rule that the policy does not have.
  fileprivate init(creating body: JSONValue, projectID: String, userID: String) throws(APIError) {
    let name = body["policy"]?.string ?? body["policies"]?.array?.first?.string ?? ""
    guard let policy = Policy(rawValue: name) else { throw .badRequest("\(name) is no policy") }
    if policy != .antiAffinity, let rules = body["rules"]?.object, !rules.isEmpty {
      throw .badRequest("Only anti-affinity policy supports rules.")
    }
    self.init(
      id: UUID(), name: body["name"]?.string ?? "", policy: policy,
      maxServerPerHost: body["rules"]?["max_server_per_host"]?.looseInteger, projectID: projectID, userID: userID)
  }

  fileprivate func view(_ version: Microversion) -> JSONValue {
    var view = JSONObject()
    view["id"] = .string(id.description)
    view["name"] = .string(name)
    if version >= Microversion(2, 64) {
      view["policy"] = .string(policy.rawValue)
      view["rules"] = maxServerPerHost.map { ["max_server_per_host": JSONValue($0)] } ?? [:]
    } else {
      view["policies"] = [.string(policy.rawValue)]
      view["metadata"] = [:]
    }
    view["members"] = JSONValue(members.map(\.description))
    if version >= Microversion(2, 13) {
      view["project_id"] = .string(projectID)
      view["user_id"] = .string(userID)
    }
    return .object(view)
  }
}

extension Schema {
  /// `nova/api/openstack/compute/schemas/server_groups.py`
  fileprivate static func serverGroupCreate(_ version: Microversion) -> Schema {
    let policies = ServerGroup.Policy.allCases.map(\.rawValue).filter {
      version >= Microversion(2, 15) || !$0.hasPrefix("soft")
    }
    let policy = Schema(kinds: [.string], choices: policies.map(JSONValue.string))
    var properties = [Property("name", .name)]
    if version >= Microversion(2, 64) {
      properties.append(Property("policy", policy))
      properties.append(Property("rules", .object([Property("max_server_per_host", .positiveInteger)])))
    } else {
      properties.append(Property("policies", .list(of: policy, atLeast: 1, atMost: 1, unique: true)))
    }
    let required = ["name", version >= Microversion(2, 64) ? "policy" : "policies"]
    return .object([Property("server_group", .object(properties, required: required))], required: ["server_group"])
  }
}
