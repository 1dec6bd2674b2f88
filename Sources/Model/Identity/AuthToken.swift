/// Who makes a request: what a Keystone token stands for once it has been checked.
package struct AuthToken: Hashable, Sendable {
  /// Keystone's 32 hexadecimal digits.
  package let userID: String
  package let userName: String
  /// The project the token is scoped to; `nil` for an unscoped token.
  package let projectID: String?
  package let projectName: String?
  /// The names of the roles that the user has in that project.
  package let roles: [String]
  package let issuedAt: Timestamp
  package let expiresAt: Timestamp
  /// Keystone's audit id: it names the token in logs and answers without being the token.
  package let auditID: String

  package init(
    userID: String, userName: String, projectID: String?, projectName: String?, roles: [String],
    issuedAt: Timestamp, expiresAt: Timestamp, auditID: String
  ) {
    self.userID = userID
    self.userName = userName
    self.projectID = projectID
    self.projectName = projectName
    self.roles = roles
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
    self.auditID = auditID
  }

  package func has(role: String) -> Bool { roles.contains(role) }

  /// Whether the caller may see and do what concerns every project (the `context_is_admin` rule of every policy).
  package var isAdmin: Bool { has(role: RoleName.admin) }
}

/// The names of the roles that the first start makes; `admin` and `service` are looked for by policies.
package enum RoleName {
  package static let admin = "admin"
  package static let member = "member"
  package static let reader = "reader"
  package static let service = "service"
}
