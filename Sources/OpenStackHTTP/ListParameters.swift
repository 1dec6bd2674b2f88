/// The query of a list: which page, in which order, which attributes, and the filters that are left.
///
/// The names are those of the Networking API; the other APIs use some of them with the same meaning.
package struct ListParameters: Sendable {
  package struct SortKey: Hashable, Sendable {
    package var name: String
    package var isDescending: Bool

    package init(name: String, isDescending: Bool) {
      self.name = name
      self.isDescending = isDescending
    }
  }

  package struct Filter: Hashable, Sendable {
    package var name: String
    /// What the attribute may be equal to: one of these.
    package var values: [String]

    package init(name: String, values: [String]) {
      self.name = name
      self.values = values
    }
  }

  /// How many elements the page may have; `nil` for all.
  package var limit: Int?
  /// The id of the last element of the page before.
  package var marker: String?
  package var isReversed: Bool
  package var sortKeys: [SortKey]
  /// The attributes that are asked for; empty for all.
  package var fields: [String]
  package var filters: [Filter]

  /// - Throws: `APIError` 400 with the wording of `neutron/api/api_common.py`.
  package init(_ query: QueryString) throws(APIError) {
    limit = try Self.limit(query["limit"])
    marker = query["marker"]
    isReversed = query["page_reverse"].map { $0.lowercased() == "true" } ?? false
    sortKeys = try Self.sortKeys(query.values("sort_key"), query.values("sort_dir"))
    fields = query.values("fields").filter { !$0.isEmpty }
    filters = Self.filters(query)
  }

  private static let reserved: Set<String> = ["limit", "marker", "page_reverse", "sort_key", "sort_dir", "fields"]

  private static func limit(_ text: String?) throws(APIError) -> Int? {
    guard let text else { return nil }
    let digits = text.drop { $0 == " " || $0 == "+" }
    guard let limit = Int(digits) ?? hugeNumber(digits), limit >= 0 else {
      throw .badRequest(
        "Bad limit request: Limit must be an integer 0 or greater and not '\(text)'.", type: "BadRequest")
    }
    return limit == 0 ? nil : limit
  }

  /// More elements than there can be, in more digits than a machine's number has.
  private static func hugeNumber(_ digits: Substring) -> Int? {
    !digits.isEmpty && digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? .max : nil
  }

  private static func sortKeys(_ keys: [String], _ directions: [String]) throws(APIError) -> [SortKey] {
    let names = keys.filter { !$0.isEmpty }
    let directions = directions.filter { !$0.isEmpty }
    guard names.count == directions.count else {
      throw .badRequest("The number of sort_keys and sort_dirs must be same")
    }
    let invalid = directions.filter { $0 != "asc" && $0 != "desc" }
    guard invalid.isEmpty else {
      let list = invalid.map { "'\($0)'" }.joined(separator: ", ")
      throw .badRequest("[\(list)] is invalid value for sort_dirs, valid value is 'asc' and 'desc'")
    }
    return zip(names, directions).map { SortKey(name: $0, isDescending: $1 == "desc") }
  }

  private static func filters(_ query: QueryString) -> [Filter] {
    var filters: [Filter] = []
    for item in query.items where !reserved.contains(item.name) {
      if let index = filters.firstIndex(where: { $0.name == item.name }) {
        filters[index].values.append(item.value)
      } else {
        filters.append(Filter(name: item.name, values: [item.value]))
      }
    }
    return filters
  }

  /// The values a filter allows; `nil` if there is no such filter.
  package func values(of name: String) -> [String]? { filters.first { $0.name == name }?.values }
}

/// One entry of a list's `..._links`.
package struct PageLink: Hashable, Sendable {
  package var rel: String
  package var href: String

  package init(rel: String, href: String) {
    self.rel = rel
    self.href = href
  }
}

extension ListParameters {
  /// The links to the pages before and after, as `neutron/api/api_common.py` gives them: there is a page in the direction
  /// of the walk if this one is full, and always one in the other. Empty if no limit was asked for.
  ///
  /// - Parameters:
  ///   - url: The list's URL without query, such as `http://127.0.0.1:9696/v2.0/ports`.
  ///   - query: The query as it was sent.
  ///   - ids: The ids on this page, in order.
  package func links(url: String, query: QueryString, ids: [String]) -> [PageLink] {
    guard let limit else { return [] }
    let kept = query.items.filter { $0.name != "marker" && $0.name != "page_reverse" }
      .map { "\(QueryString.encoded($0.name))=\(QueryString.encoded($0.value))" }
    func href(_ marker: String?, _ more: [String] = []) -> String {
      "\(url)?\((kept + (marker.map { ["marker=\(QueryString.encoded($0))"] } ?? []) + more).joined(separator: "&"))"
    }
    let isFull = ids.count >= limit
    var links: [PageLink] = []
    if isFull || isReversed { links.append(PageLink(rel: "next", href: href(ids.last))) }
    if isFull || !isReversed { links.append(PageLink(rel: "previous", href: href(ids.first, ["page_reverse=True"]))) }
    return links
  }
}
