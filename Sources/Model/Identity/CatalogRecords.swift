/// A service of the catalog.
package struct CatalogService: Hashable, Sendable {
  /// Keystone's 32 hexadecimal digits.
  package var id: String
  /// What clients look for, such as `network`.
  package var type: String
  package var name: String
  package var description: String
  package var isEnabled: Bool

  package init(
    id: String = UUID().hex, type: String, name: String = "", description: String = "", isEnabled: Bool = true
  ) {
    self.id = id
    self.type = type
    self.name = name
    self.description = description
    self.isEnabled = isEnabled
  }
}

/// Where a service of the catalog is reached, by whom, in which region.
package struct CatalogEndpoint: Hashable, Sendable {
  package enum Interface: String, CaseIterable, Sendable {
    case `public`
    case `internal`
    case admin
  }

  /// Keystone's 32 hexadecimal digits.
  package var id: String
  package var serviceID: String
  package var interface: Interface
  package var regionID: String?
  /// May hold `$(project_id)s` and the like, see ``url(project:user:)``.
  package var url: String
  package var isEnabled: Bool

  package init(
    id: String = UUID().hex, serviceID: String, interface: Interface, regionID: String?, url: String,
    isEnabled: Bool = true
  ) {
    self.id = id
    self.serviceID = serviceID
    self.interface = interface
    self.regionID = regionID
    self.url = url
    self.isEnabled = isEnabled
  }

  /// The URL with what a token says put in (`keystone/common/utils.py`, `format_url`): `$(project_id)s`,
  /// `$(tenant_id)s`, `$(user_id)s`, with `%` in place of `$` too. `nil` if the token does not say it, or if something
  /// else is asked for: the endpoint is not in that token's catalog.
  package func url(project: String?, user: String) -> String? {
    guard url.contains("(") else { return url }
    var result = ""
    var rest = url[...]
    while let start = rest.firstIndex(where: { $0 == "$" || $0 == "%" }) {
      result += rest[..<start]
      rest = rest[rest.index(after: start)...]
      guard rest.first == "(", let end = rest.firstIndex(of: ")") else {
        result += url[start...start]
        continue
      }
      let name = rest[rest.index(after: rest.startIndex)..<end]
      let value: String? =
        switch name {
        case "project_id", "tenant_id": project
        case "user_id": user
        default: nil
        }
      rest = rest[rest.index(after: end)...]
      guard let value, rest.first == "s" else { return nil }
      result += value
      rest = rest.dropFirst()
    }
    return result + rest
  }
}

/// A part of an installation that clients choose by name.
package struct Region: Hashable, Sendable {
  package var id: String
  package var description: String
  package var parentID: String?

  package init(id: String, description: String = "", parentID: String? = nil) {
    self.id = id
    self.description = description
    self.parentID = parentID
  }
}
