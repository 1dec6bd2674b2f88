import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension IdentityService {
  func addRoleAssignments(to router: Router<OpenStackRequestContext>) {
    router.get("/v3/role_assignments") { request, context in
      try Self.requireReader(context, "identity:list_role_assignments")
      let query = QueryString(request.uri.query)
      let isEffective = query.isTrue("effective")
      let filter = try AssignmentFilter(query, isEffective: isEffective)
      // Nothing is inherited here, so what is asked for by that is not there.
      let assignments =
        query["scope.OS-INHERIT:inherited_to"] != nil
        ? []
        : try await store.read {
          isEffective ? try $0.effectiveAssignments(filter) : try $0.assignments(filter)
        }
      let withNames = query.isTrue("include_names")
      return Self.list(
        "role_assignments", assignments.map { Self.resource($0, withNames: withNames, context) }, request, context)
    }
  }

  private static func resource(
    _ assignment: ListedAssignment, withNames: Bool, _ context: OpenStackRequestContext
  ) -> JSONValue {
    let reference: (ListedAssignment.Reference) -> JSONValue = { withNames ? $0.named : ["id": .string($0.id)] }
    var object = JSONObject()
    object["links"] = links(of: assignment, context)
    object["role"] = reference(assignment.role)
    switch assignment.scope {
    case .project(let id): object["scope"] = ["project": assignment.scopeName.map(reference) ?? ["id": .string(id)]]
    case .domain(let id): object["scope"] = ["domain": assignment.scopeName.map(reference) ?? ["id": .string(id)]]
    case .system: object["scope"] = ["system": ["all": true]]
    }
    switch assignment.actor {
    case .user: object["user"] = reference(assignment.actorName)
    case .group: object["group"] = reference(assignment.actorName)
    }
    return .object(object)
  }

  /// What an administrator would have to take away to end the assignment.
  private static func links(of assignment: ListedAssignment, _ context: OpenStackRequestContext) -> JSONValue {
    let base = "\(context.baseURL)/v3"
    let scope =
      switch assignment.scope {
      case .project(let id): "projects/\(id)"
      case .domain(let id): "domains/\(id)"
      case .system: "system"
      }
    let holder: String
    if let group = assignment.throughGroupID {
      holder = "groups/\(group)"
    } else if case .group(let id) = assignment.actor {
      holder = "groups/\(id)"
    } else {
      holder = "users/\(assignment.actor.id)"
    }
    let given = assignment.priorRoleID ?? assignment.role.id
    var links = JSONObject()
    links["assignment"] = .string("\(base)/\(scope)/\(holder)/roles/\(given)")
    if let group = assignment.throughGroupID {
      links["membership"] = .string("\(base)/groups/\(group)/users/\(assignment.actor.id)")
    }
    if let prior = assignment.priorRoleID {
      links["prior_role"] = .string("\(base)/prior_role/\(prior)/implies/\(assignment.role.id)")
    }
    return .object(links)
  }
}

extension ListedAssignment.Reference {
  fileprivate var named: JSONValue {
    guard let domainID else { return ["id": .string(id), "name": .string(name)] }
    return [
      "id": .string(id), "name": .string(name), "domain": ["id": .string(domainID), "name": JSONValue(domainName)],
    ]
  }
}

extension AssignmentFilter {
  /// - Throws: `APIError` 400 for filters that exclude each other.
  fileprivate init(_ query: QueryString, isEffective: Bool) throws {
    self.init()
    func value(_ name: String) -> String? { query[name].flatMap { $0.isEmpty ? nil : $0 } }
    let (user, group) = (value("user.id"), value("group.id"))
    let (project, domain, system) = (value("scope.project.id"), value("scope.domain.id"), value("scope.system"))
    if user != nil && group != nil { throw APIError.badRequest("Specify a user or group, not both") }
    if project != nil && domain != nil { throw APIError.badRequest("Specify a domain or project, not both") }
    if system != nil && domain != nil { throw APIError.badRequest("Specify system or domain, not both") }
    if system != nil && project != nil { throw APIError.badRequest("Specify system or project, not both") }
    if isEffective && group != nil {
      throw APIError.badRequest("Combining effective and group filter will always result in an empty list.")
    }
    actor = user.map(RoleActor.user) ?? group.map(RoleActor.group)
    scope = project.map(RoleScope.project) ?? domain.map(RoleScope.domain) ?? system.map { _ in .system }
    roleID = value("role.id")
    includesSubtree = query.isTrue("include_subtree")
    if includesSubtree && project == nil {
      throw APIError.badRequest("scope.project.id must be specified if include_subtree is also specified")
    }
  }
}
