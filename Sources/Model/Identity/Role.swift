/// What somebody may be in a project, in a domain or in the system.
package struct Role: Hashable, Sendable {
  /// Keystone's 32 hexadecimal digits.
  package var id: String
  /// Unique.
  package var name: String
  package var description: String?

  package init(id: String = UUID().hex, name: String, description: String? = nil) {
    self.id = id
    self.name = name
    self.description = description
  }
}

/// That whoever has the prior role has the implied one too.
package struct RoleInference: Hashable, Sendable {
  package var prior: Role
  package var implied: Role

  package init(prior: Role, implied: Role) {
    self.prior = prior
    self.implied = implied
  }
}

/// What a role is had in.
package enum RoleScope: Hashable, Sendable {
  case project(String)
  case domain(String)
  case system

  /// The id of the project or domain; `system` is not the id of any.
  package var id: String {
    switch self {
    case .project(let id), .domain(let id): id
    case .system: "system"
    }
  }
}

/// Who has a role.
package enum RoleActor: Hashable, Sendable {
  case user(String)
  case group(String)

  package var id: String {
    switch self {
    case .user(let id), .group(let id): id
    }
  }
}

/// That a user or the members of a group have a role somewhere.
package struct RoleAssignment: Hashable, Sendable {
  package var actor: RoleActor
  package var scope: RoleScope
  package var roleID: String

  package init(_ actor: RoleActor, in scope: RoleScope, roleID: String) {
    self.actor = actor
    self.scope = scope
    self.roleID = roleID
  }
}

/// One entry of `/v3/role_assignments`, with the names of everything it speaks of.
package struct ListedAssignment: Hashable, Sendable {
  /// Something with a name of its own, in a domain if it belongs to one.
  package struct Reference: Hashable, Sendable {
    package var id: String
    package var name: String
    package var domainID: String?
    package var domainName: String?

    package init(id: String, name: String, domainID: String? = nil, domainName: String? = nil) {
      self.id = id
      self.name = name
      self.domainID = domainID
      self.domainName = domainName
    }
  }

  package var actor: RoleActor
  package var actorName: Reference
  package var scope: RoleScope
  /// `nil` for the system.
  package var scopeName: Reference?
  package var role: Reference
  /// For an effective assignment: the group through which the user has the role.
  package var throughGroupID: String?
  /// For an effective assignment: the role that was given, if it implies this one.
  package var priorRoleID: String?

  package init(
    actor: RoleActor, actorName: Reference, scope: RoleScope, scopeName: Reference?, role: Reference,
    throughGroupID: String? = nil, priorRoleID: String? = nil
  ) {
    self.actor = actor
    self.actorName = actorName
    self.scope = scope
    self.scopeName = scopeName
    self.role = role
    self.throughGroupID = throughGroupID
    self.priorRoleID = priorRoleID
  }
}
