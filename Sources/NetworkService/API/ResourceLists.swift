import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

/// Which attributes of a resource an answer shows.
struct ResourceView: Sendable {
  /// `nil` shows all.
  let fields: Set<String>?
  /// Shows what only administrators see.
  let isAdmin: Bool
  /// Shows where a port is bound, which services see as well.
  let showsBindings: Bool

  init(fields: [String] = [], isAdmin: Bool) {
    self.fields = fields.isEmpty ? nil : Set(fields)
    self.isAdmin = isAdmin
    showsBindings = isAdmin
  }

  init(fields: [String] = [], for caller: NetworkCaller) {
    self.fields = fields.isEmpty ? nil : Set(fields)
    isAdmin = caller.isAdmin
    showsBindings = caller.seesAll
  }

  func shows(_ name: String) -> Bool { fields?.contains(name) ?? true }
}

extension Request {
  /// The query of the request, which most requests do not have.
  var queryString: QueryString { QueryString(uri.query.map { String($0) }) }

  /// The query of a list, with the page cut to what the configuration allows at most.
  ///
  /// - Throws: `APIError` 400.
  func listParameters(_ configuration: NetworkConfiguration) throws -> ListParameters {
    var parameters = try ListParameters(queryString)
    if let most = configuration.paginationMaxLimit { parameters.limit = min(parameters.limit ?? most, most) }
    return parameters
  }
}

extension ListParameters {
  /// What the database is asked for.
  ///
  /// - Parameter special: Filters that the caller of this function looks at itself.
  /// - Throws: `APIError` 400 for a filter or a sort key that is none, 404 for a marker that cannot exist.
  func query<Field: ListField>(
    _: Field.Type, caller: NetworkCaller, except special: Set<String> = []
  ) throws -> ListQuery<Field> {
    try refuseUnknown(Field.self, special)
    var query = ListQuery(
      filters: try filters.compactMap { filter in
        guard !special.contains(filter.name), let field = Field(rawValue: filter.name) else { return nil }
        let values = try filter.values.map { try ListRules.value($0, of: filter.name) }
        return ListQuery<Field>.Filter(field: field, values: values)
      },
      sortKeys: sortKeys.compactMap { key in
        Field(rawValue: key.name).map { ListQuery.SortKey(field: $0, isDescending: key.isDescending) }
      },
      limit: limit, project: caller.scope)
    if Field.isTaggable { query.tags = ListRules.tags(self) }
    query.changedSince = try ListRules.changedSince(self)
    // Not even what is shared with everybody is for a token without a project.
    if caller.projectID.isEmpty, let id = Field(rawValue: "id") { query.filters.append(.init(field: id, values: [])) }
    guard limit != nil else { return query.walked(isReversed) }
    query.isReversed = isReversed
    query.marker = try marker.map { marker in
      if let id = UUID(marker) { return id }
      throw (Field.self as? any MarkedList.Type)?.markerNotFound(marker) ?? APIError.unknownPath
    }
    return query
  }

  private func refuseUnknown<Field: ListField>(_: Field.Type, _ special: Set<String>) throws {
    let unknown = filters.map(\.name).filter { name in
      if special.contains(name) { return false }
      if ListRules.tagFilters.contains(name) { return !Field.isTaggable }
      if name == ListRules.changedSince { return Field(rawValue: "updated_at") == nil }
      return Field(rawValue: name) == nil || ListRules.unfilterable.contains(name)
    }
    guard unknown.isEmpty else {
      throw APIError.badRequest("\(pythonText(unknown)) is invalid attribute for filtering")
    }
    let unsortable = sortKeys.map(\.name).filter { name in
      Field(rawValue: name) == nil || ListRules.unsortable.contains(name)
    }
    guard unsortable.isEmpty else {
      throw APIError.badRequest("\(pythonText(unsortable)) is invalid attribute for sort_keys")
    }
  }
}

extension ListQuery {
  /// A list without pages in the other order, if it is asked for backwards: upstream then turns the order round and not
  /// back again.
  fileprivate func walked(_ backwards: Bool) -> Self {
    guard backwards else { return self }
    var query = self
    if let id = Field(rawValue: "id"), !sortKeys.contains(where: { $0.field == id }) {
      query.sortKeys.append(SortKey(field: id, isDescending: false))
    }
    query.sortKeys = query.sortKeys.map { SortKey(field: $0.field, isDescending: !$0.isDescending) }
    return query
  }
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
