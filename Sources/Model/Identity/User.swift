/// Somebody, or some service, that logs in.
package struct User: Hashable, Sendable {
  /// Keystone's 32 hexadecimal digits.
  package var id: String
  package var domainID: String
  /// Unique in the domain.
  package var name: String
  /// The project a log-in without a scope is scoped to.
  package var defaultProjectID: String?
  package var isEnabled: Bool
  /// A JSON object with the attributes that have no meaning to the service, such as `email` and `description`.
  package var extra: String

  package init(
    id: String = UUID().hex, domainID: String = Domain.defaultID, name: String, defaultProjectID: String? = nil,
    isEnabled: Bool = true, extra: String = "{}"
  ) {
    self.id = id
    self.domainID = domainID
    self.name = name
    self.defaultProjectID = defaultProjectID
    self.isEnabled = isEnabled
    self.extra = extra
  }
}

/// Users that are given roles together.
package struct Group: Hashable, Sendable {
  /// Keystone's 32 hexadecimal digits.
  package var id: String
  package var domainID: String
  /// Unique in the domain.
  package var name: String
  package var description: String

  package init(
    id: String = UUID().hex, domainID: String = Domain.defaultID, name: String, description: String = ""
  ) {
    self.id = id
    self.domainID = domainID
    self.name = name
    self.description = description
  }
}

/// A user's right to log in for a program, in one project, with some of the user's roles there.
package struct ApplicationCredential: Hashable, Sendable {
  /// Keystone's 32 hexadecimal digits.
  package var id: String
  package var userID: String
  package var projectID: String
  /// Unique among the user's.
  package var name: String
  package var description: String?
  /// `nil` for one that does not end.
  package var expiresAt: Timestamp?
  /// Whether a token got with it may make and delete application credentials.
  package var isUnrestricted: Bool
  package var roles: [Role]

  package init(
    id: String = UUID().hex, userID: String, projectID: String, name: String, description: String? = nil,
    expiresAt: Timestamp? = nil, isUnrestricted: Bool = false, roles: [Role]
  ) {
    self.id = id
    self.userID = userID
    self.projectID = projectID
    self.name = name
    self.description = description
    self.expiresAt = expiresAt
    self.isUnrestricted = isUnrestricted
    self.roles = roles
  }
}
