import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

/// Which attributes of a resource an answer shows.
struct ResourceView: Sendable {
  /// `nil` shows all.
  let fields: Set<String>?
  let isAdmin: Bool

  init(fields: [String] = [], isAdmin: Bool) {
    self.fields = fields.isEmpty ? nil : Set(fields)
    self.isAdmin = isAdmin
  }

  func shows(_ name: String) -> Bool { fields?.contains(name) ?? true }
}

extension Request {
  /// The query of the request, which most requests do not have.
  var queryString: QueryString { QueryString(uri.query.map { String($0) }) }
}

extension ListParameters {
  /// What the database is asked for.
  ///
  /// - Throws: `APIError` 400 for a filter or a sort key that is no attribute.
  func query<Field: ListField>(
    _: Field.Type, caller: NetworkCaller, except special: Set<String> = [], sortedBy defaultKey: Field? = nil
  ) throws -> ListQuery<Field> {
    let unknown = filters.filter { !special.contains($0.name) && Field(rawValue: $0.name) == nil }.map(\.name)
    guard unknown.isEmpty else {
      throw APIError.badRequest("\(Self.pythonList(unknown)) is invalid attribute for filtering")
    }
    let unsortable = sortKeys.filter { Field(rawValue: $0.name) == nil }.map(\.name)
    guard unsortable.isEmpty else {
      throw APIError.badRequest("\(Self.pythonList(unsortable)) is invalid attribute for sort_keys")
    }
    return ListQuery(
      filters: try filters.compactMap { filter in
        guard let field = Field(rawValue: filter.name) else { return nil }
        return ListQuery.Filter(field: field, values: try filter.values.map { try filterValue($0, of: filter.name) })
      },
      sortKeys: sortKeys.compactMap { key in
        Field(rawValue: key.name).map { ListQuery.SortKey(field: $0, isDescending: key.isDescending) }
      },
      limit: limit, marker: marker.flatMap { UUID($0) }, isReversed: isReversed, project: caller.scope)
  }

  private static let booleans: Set<String> = [
    "admin_state_up", "shared", "router:external", "port_security_enabled", "enable_dhcp",
  ]
  private static let numbers: Set<String> = ["mtu", "provider:segmentation_id", "ip_version", "revision_number"]

  /// A filter's value as the column has it.
  private func filterValue(_ text: String, of name: String) throws -> FilterValue {
    if Self.booleans.contains(name) {
      switch text.lowercased() {
      case "true", "1": return .integer(1)
      case "false", "0": return .integer(0)
      default: throw APIError.invalidInput("'\(text)' cannot be converted to boolean")
      }
    }
    if Self.numbers.contains(name) {
      guard let number = Int(text) else { throw APIError.invalidInput("'\(text)' is not an integer") }
      return .integer(number)
    }
    if name == "mac_address", let address = MACAddress(text) { return .text(address.description) }
    return .text(text)
  }

  private static func pythonList(_ names: [String]) -> String { "[\(names.map { "'\($0)'" }.joined(separator: ", "))]" }
}

extension Response {
  /// A list with its links.
  static func list<Element>(
    _ elements: [Element], name: StaticString, linksName: StaticString, parameters: ListParameters,
    request: Request, context: OpenStackRequestContext, id: (Element) -> UUID,
    write: (inout JSONWriter, Element) -> Void
  ) -> Response {
    let links =
      parameters.limit == nil
      ? []
      : parameters.links(
        url: context.baseURL + request.uri.path, query: request.queryString, ids: elements.map { id($0).description })
    return .json(capacity: 1024 * max(1, elements.count)) { writer in
      writer.object { body in
        body.member(name) { $0.array(elements, write) }
        guard !links.isEmpty else { return }
        body.member(linksName) {
          $0.array(links) { list, link in
            list.object {
              $0.member("rel", link.rel)
              $0.member("href", link.href)
            }
          }
        }
      }
    }
  }
}
