/// A project: what resources belong to, and what a token is scoped to. OpenStack's older name of it is tenant.
package struct Project: Hashable, Sendable {
  /// Keystone's 32 hexadecimal digits.
  package var id: String
  /// Unique in the domain.
  package var name: String
  package var description: String
  package var isEnabled: Bool

  package init(id: String = UUID().hex, name: String, description: String = "", isEnabled: Bool = true) {
    self.id = id
    self.name = name
    self.description = description
    self.isEnabled = isEnabled
  }
}

/// The one domain there is; projects and users belong to it.
package enum Domain {
  package static let defaultID = "default"
  package static let defaultName = "Default"
}
