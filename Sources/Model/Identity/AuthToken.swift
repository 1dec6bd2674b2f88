/// Who makes a request: what a Keystone token stands for once it has been checked.
package struct AuthToken: Hashable, Sendable {
  /// Keystone's 32 hexadecimal digits.
  package let userID: String
  package let userName: String
  /// The domain that the user belongs to.
  package let userDomainID: String
  /// The project the token is scoped to; `nil` for an unscoped token and for one with another scope.
  package let projectID: String?
  package let projectName: String?
  /// The domain of that project; `nil` without a project.
  package let projectDomainID: String?
  /// The domain the token is scoped to; `nil` for a token with another scope or none.
  package let domainID: String?
  /// The token is scoped to the whole installation.
  package let isSystemScoped: Bool
  /// The names of the roles that the user has in that scope, those that others imply included.
  package let roles: [String]
  /// The application credential that the token was got with, and what it may not do.
  package let credential: CredentialUse?
  package let issuedAt: Timestamp
  package let expiresAt: Timestamp
  /// Keystone's audit id: it names the token in logs and answers without being the token.
  package let auditID: String

  /// That a token was got with an application credential.
  package struct CredentialUse: Hashable, Sendable {
    package let id: String
    /// The token may neither make nor delete application credentials.
    package let isRestricted: Bool

    package init(id: String, isRestricted: Bool) {
      self.id = id
      self.isRestricted = isRestricted
    }
  }

  package init(
    userID: String, userName: String, userDomainID: String = Domain.defaultID, projectID: String?,
    projectName: String?, projectDomainID: String? = nil, domainID: String? = nil, isSystemScoped: Bool = false,
    roles: [String], credential: CredentialUse? = nil, issuedAt: Timestamp, expiresAt: Timestamp, auditID: String
  ) {
    self.userID = userID
    self.userName = userName
    self.userDomainID = userDomainID
    self.projectID = projectID
    self.projectName = projectName
    self.projectDomainID = projectID == nil ? nil : projectDomainID ?? Domain.defaultID
    self.domainID = domainID
    self.isSystemScoped = isSystemScoped
    self.roles = roles
    self.credential = credential
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
    self.auditID = auditID
  }

  package func has(role: String) -> Bool { roles.contains(role) }

  /// Whether the caller may see and do what concerns every project (the `context_is_admin` rule of every policy): who
  /// has the role `admin` in a project or in the system. An administrator of one domain is none here.
  package var isAdmin: Bool { (projectID != nil || isSystemScoped) && has(role: RoleName.admin) }
}

/// The names of the roles that the first start makes; `admin` and `service` are looked for by policies.
package enum RoleName {
  package static let admin = "admin"
  package static let member = "member"
  package static let reader = "reader"
  package static let service = "service"
}
