/// Somebody, or some service, that logs in.
package struct User: Hashable, Sendable {
  /// Keystone's 32 hexadecimal digits.
  package var id: String
  /// Unique in the domain.
  package var name: String
  /// The project a log-in without a scope is scoped to.
  package var defaultProjectID: String?
  package var isEnabled: Bool

  package init(id: String = UUID().hex, name: String, defaultProjectID: String? = nil, isEnabled: Bool = true) {
    self.id = id
    self.name = name
    self.defaultProjectID = defaultProjectID
    self.isEnabled = isEnabled
  }
}

/// What a user may be in a project.
package struct Role: Hashable, Sendable {
  package var id: String
  package var name: String

  package init(id: String = UUID().hex, name: String) {
    self.id = id
    self.name = name
  }
}

/// That a user has a role in a project.
package struct RoleAssignment: Hashable, Sendable {
  package var userID: String
  package var projectID: String
  package var roleID: String

  package init(userID: String, projectID: String, roleID: String) {
    self.userID = userID
    self.projectID = projectID
    self.roleID = roleID
  }
}
