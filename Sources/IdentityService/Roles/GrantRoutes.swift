import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

/// Where a role is had, as a part of the path says it.
private enum GrantTarget: String, CaseIterable {
  case projects
  case domains
  case system

  var path: String { self == .system ? "/v3/system" : "/v3/\(rawValue)/:id" }

  func scope(_ context: OpenStackRequestContext) -> RoleScope {
    switch self {
    case .projects: .project(context.path("id"))
    case .domains: .domain(context.path("id"))
    case .system: .system
    }
  }

  func rule(_ action: String, _ holder: GrantHolder) -> String {
    // list_grants, check_system_grant_for_user (`keystone/common/policies/grant.py`)
    let many = action == "list" ? "s" : ""
    return self == .system
      ? "identity:\(action)_system_grant\(many)_for_\(holder == .users ? "user" : "group")"
      : "identity:\(action)_grant\(many)"
  }
}

/// Who has a role, as a part of the path says it.
private enum GrantHolder: String, CaseIterable {
  case users
  case groups

  func actor(_ context: OpenStackRequestContext) -> RoleActor {
    self == .users ? .user(context.path("actor_id")) : .group(context.path("actor_id"))
  }
}

extension IdentityService {
  /// `/v3/projects/ID/users/ID/roles`, and the same for domains, the system and groups.
  func addGrants(to router: Router<OpenStackRequestContext>) {
    for target in GrantTarget.allCases {
      for holder in GrantHolder.allCases { addGrants(of: target, to: holder, router) }
    }
  }

  private func addGrants(
    of target: GrantTarget, to holder: GrantHolder, _ router: Router<OpenStackRequestContext>
  ) {
    let collection = RouterPath("\(target.path)/\(holder.rawValue)/:actor_id/roles")
    let element = RouterPath("\(target.path)/\(holder.rawValue)/:actor_id/roles/:role_id")
    router.get(collection) { request, context in
      try Self.requireReader(context, target.rule("list", holder))
      let (actor, scope) = (holder.actor(context), target.scope(context))
      let roles = try await store.read { snapshot in
        try snapshot.requireBoth(actor, scope)
        return try snapshot.grantedRoles(actor, in: scope)
      }
      let path = String(request.uri.path.dropFirst("/v3/".count))
      return Self.list("roles", roles.map { Self.resource($0, context) }, path: path, request, context)
    }
    router.get(element) { _, context in
      try Self.requireReader(context, target.rule("check", holder))
      let assignment = RoleAssignment(
        holder.actor(context), in: target.scope(context), roleID: context.path("role_id"))
      guard try await store.read({ try $0.isGranted(assignment) }) else { throw Self.notGranted(assignment) }
      return Response.empty(.noContent)
    }
    router.put(element) { _, context in
      try Self.requireAdmin(context, target.rule("create", holder))
      let assignment = RoleAssignment(
        holder.actor(context), in: target.scope(context), roleID: context.path("role_id"))
      try await store.write { transaction in
        try transaction.requireBoth(assignment.actor, assignment.scope)
        guard try transaction.role(assignment.roleID) != nil else { throw APIError.unknown("role", assignment.roleID) }
        try transaction.grant(assignment)
      }
      return Response.empty(.noContent)
    }
    router.delete(element) { _, context in
      try Self.requireAdmin(context, target.rule("revoke", holder))
      let assignment = RoleAssignment(
        holder.actor(context), in: target.scope(context), roleID: context.path("role_id"))
      try await write { try $0.revoke(assignment) }
      return Response.empty(.noContent)
    }
  }

  fileprivate static func notGranted(_ assignment: RoleAssignment) -> APIError {
    .notFound(
      "Could not find role assignment with role: \(assignment.roleID), user or group: \(assignment.actor.id), project, "
        + "domain, or system: \(assignment.scope.id).")
  }
}

extension Snapshot {
  /// - Throws: `APIError` 404 if one of them does not exist.
  fileprivate func requireBoth(_ actor: RoleActor, _ scope: RoleScope) throws {
    switch actor {
    case .user(let id): if try user(id) == nil { throw APIError.unknown("user", id) }
    case .group(let id): if try group(id) == nil { throw APIError.unknown("group", id) }
    }
    switch scope {
    case .project(let id): if try project(id) == nil { throw APIError.unknown("project", id) }
    case .domain(let id): if try domain(id) == nil { throw APIError.unknown("domain", id) }
    case .system: break
    }
  }
}

extension Transaction {
  /// Takes a role away, and with it what hangs on it: the tokens of those who had it there, which carry it, and the
  /// application credentials that count on it.
  ///
  /// - Throws: `APIError` 404 if it was not given.
  fileprivate func revoke(_ assignment: RoleAssignment) throws -> [TokenSubject] {
    guard try withdraw(assignment) else { throw IdentityService.notGranted(assignment) }
    let users: [String] =
      switch assignment.actor {
      case .user(let id): [id]
      case .group(let id): try members(ofGroup: id)
      }
    var subjects = users.map { TokenSubject.grant(ofUser: $0, in: assignment.scope) }
    if case .project(let project) = assignment.scope {
      let credentials = try applicationCredentials(
        ofUsers: users, withRole: assignment.roleID, inProject: project)
      for credential in credentials {
        try deleteApplicationCredential(credential)
        subjects.append(TokenSubject(.credential, credential))
      }
    }
    return subjects
  }
}
