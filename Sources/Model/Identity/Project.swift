/// A project: what resources belong to, and what a token is scoped to. OpenStack's older name of it is tenant.
package struct Project: Hashable, Sendable {
  /// Keystone's 32 hexadecimal digits.
  package var id: String
  package var domainID: String
  /// `nil` for a project right below its domain.
  package var parentID: String?
  /// Unique in the domain.
  package var name: String
  package var description: String
  package var isEnabled: Bool
  /// A JSON array of strings, as it is stored and shown.
  package var tags: String
  /// A JSON object with the attributes that a client has made up.
  package var extra: String

  package init(
    id: String = UUID().hex, domainID: String = Domain.defaultID, parentID: String? = nil, name: String,
    description: String = "", isEnabled: Bool = true, tags: String = "[]", extra: String = "{}"
  ) {
    self.id = id
    self.domainID = domainID
    self.parentID = parentID
    self.name = name
    self.description = description
    self.isEnabled = isEnabled
    self.tags = tags
    self.extra = extra
  }
}

/// What projects, users and groups belong to, and what a token can be scoped to.
package struct Domain: Hashable, Sendable {
  /// The domain that is there from the start, for whoever needs no other.
  package static let defaultID = "default"
  package static let defaultName = "Default"

  /// Keystone's 32 hexadecimal digits, or ``defaultID``.
  package var id: String
  /// Unique.
  package var name: String
  package var description: String
  package var isEnabled: Bool
  /// A JSON array of strings, as it is stored and shown.
  package var tags: String

  package init(
    id: String = UUID().hex, name: String, description: String = "", isEnabled: Bool = true, tags: String = "[]"
  ) {
    self.id = id
    self.name = name
    self.description = description
    self.isEnabled = isEnabled
    self.tags = tags
  }
}
