import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension NetworkService {
  func addSecurityGroupRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("security-groups") { [self] request, context in try await listSecurityGroups(request, context) }
    api.post("security-groups") { [self] request, context in try await createSecurityGroups(request, context) }
    api.get("security-groups/:id") { [self] request, context in try await showSecurityGroup(request, context) }
    api.put("security-groups/:id") { [self] request, context in try await updateSecurityGroup(request, context) }
    api.delete("security-groups/:id") { [self] request, context in try await deleteSecurityGroup(request, context) }
    addSecurityGroupRuleRoutes(to: api)
    addDefaultSecurityGroupRuleRoutes(to: api)
  }

  private func listSecurityGroups(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let parameters = try request.listParameters(configuration)
    let query = try parameters.query(SecurityGroupField.self, caller: caller, except: ["shared"])
    try await ensureDefaultSecurityGroup(for: caller, parameters)
    let view = ResourceView(fields: parameters.fields, isAdmin: caller.isAdmin)
    // No group is shared.
    let isEmpty = try parameters.flags("shared").map { !$0.contains(false) } ?? false
    let groups = try await store.read { snapshot in
      if let marker = query.marker, try snapshot.securityGroups([marker]).isEmpty {
        throw APIError.securityGroupNotFound(marker)
      }
      return isEmpty ? [] : try snapshot.securityGroups(query, withRules: view.shows("security_group_rules"))
    }
    return Response.list(
      groups, name: "security_groups", linksName: "security_groups_links", parameters: parameters, request: request,
      context: context, id: \.id
    ) { $1.write(to: &$0, view) }
  }

  private func createSecurityGroups(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let body = try await context.creationBody(of: request, .securityGroup)
    let wanted = try body.objects.map { try SecurityGroupRequest($0, caller: caller) }
    let configuration = configuration
    let groups = try await store.write { transaction in
      try wanted.map { try transaction.createSecurityGroup($0, configuration: configuration) }
    }
    let view = ResourceView(isAdmin: caller.isAdmin)
    return Response.created(groups, body, name: "security_group", collection: "security_groups") {
      $1.write(to: &$0, view)
    }
  }

  private func showSecurityGroup(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.securityGroupNotFound(context.resourceName) }
    let group = try await store.read { try $0.visibleSecurityGroup(id, to: caller) }
    return Response.one("security_group") { group.write(to: &$0, request.view(for: caller)) }
  }

  private func updateSecurityGroup(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.securityGroupNotFound(context.resourceName) }
    let change = try SecurityGroupChange(try await context.updateBody(of: request, .securityGroup), caller: caller)
    let wantedRevision = try request.wantedRevision()
    let group = try await store.write { transaction in
      try transaction.updateSecurityGroup(id, change, caller: caller, wantedRevision: wantedRevision)
    }
    return Response.one("security_group") { group.write(to: &$0, ResourceView(isAdmin: caller.isAdmin)) }
  }

  private func deleteSecurityGroup(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID else { throw APIError.securityGroupNotFound(context.resourceName) }
    let wantedRevision = try request.wantedRevision()
    let referring = try await store.write { transaction in
      try transaction.removeSecurityGroup(id, caller: caller, wantedRevision: wantedRevision)
    }
    securityGroupNotices.announce(rulesOf: referring)
    return Response.empty(.noContent)
  }

  /// A project has its default group from the first time that somebody looks for its groups (upstream's
  /// `get_security_groups`). An administrator who asks for another project's makes that project's.
  func ensureDefaultSecurityGroup(for caller: NetworkCaller, _ parameters: ListParameters) async throws {
    let named = (parameters.values(of: "project_id") ?? parameters.values(of: "tenant_id"))?.first
    let project = named ?? caller.projectID
    guard !project.isEmpty, caller.owns(project) else { return }
    // Nearly always the group is there, and a reader need not wait for the writer.
    guard try await store.read({ try $0.defaultSecurityGroupID(ofProject: project) }) == nil else { return }
    _ = try await store.write { try $0.defaultSecurityGroup(ofProject: project) }
  }
}

extension ListParameters {
  /// The values of a filter that is not a column; `nil` if it was not sent.
  ///
  /// - Throws: `APIError` 400 for what is neither true nor false.
  fileprivate func flags(_ name: String) throws -> [Bool]? {
    try values(of: name)?.map { text in
      switch text.lowercased() {
      case "true", "1": true
      case "false", "0": false
      default: throw APIError.invalidInput("'\(text)' cannot be converted to boolean")
      }
    }
  }
}
