import HTTPTypes
import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension IdentityFilter {
  /// The filters that lists of users, groups, projects and domains share, and the page.
  ///
  /// - Throws: `APIError` 400 for a limit that is none.
  init(_ query: QueryString, hasDomain: Bool = true, hasEnabled: Bool = true) throws {
    self.init()
    name = query["name"]
    if hasDomain { domainID = query["domain_id"] }
    if hasEnabled { isEnabled = query["enabled"].map(QueryString.isTrue) }
    for match in NameMatch.allCases {
      for text in query.values("name__\(match.rawValue)") { nameMatches.append((match, text)) }
    }
    marker = query["marker"]
    guard let text = query["limit"] else { return }
    guard let wanted = Int(text), wanted > 0 else {
      throw APIError.badRequest("Invalid input for field 'limit': '\(text)' is not a positive integer")
    }
    limit = min(wanted, Self.longestList)
  }
}

extension QueryString {
  /// Whether the value of a flag is a yes; an empty one is, as in `?effective`.
  static func isTrue(_ text: String) -> Bool { !["0", "false", "off", "no", "n", "f"].contains(text.lowercased()) }

  func isTrue(_ name: String) -> Bool { self[name].map(Self.isTrue) ?? false }
}

extension IdentityService {
  /// A list as Keystone wraps it. A page that is full has a next one, and says so.
  static func list(
    _ name: StaticString, _ elements: [JSONValue], path: String? = nil, _ request: Request,
    _ context: OpenStackRequestContext, limit: Int = IdentityFilter.longestList
  ) -> Response {
    let url = "\(context.baseURL)/v3/\(path ?? "\(name)")"
    let query = QueryString(request.uri.query)
    var next = JSONValue.null
    if elements.count >= limit, let last = elements.last?["id"]?.string {
      let kept = query.items.filter { $0.name != "marker" }
        .map { "\(QueryString.encoded($0.name))=\(QueryString.encoded($0.value))" }
      next = .string("\(url)?\((kept + ["marker=\(last)"]).joined(separator: "&"))")
    }
    let own = request.uri.query.map { "\(url)?\($0)" } ?? url
    return Response.json(capacity: 256 + 512 * elements.count) {
      $0.object {
        $0.member(name, .array(elements))
        $0.member("links", ["next": next, "self": .string(own), "previous": .null])
        if elements.count >= IdentityFilter.longestList { $0.member("truncated", true) }
      }
    }
  }

  /// One resource as Keystone wraps it, whose `links` say where it is.
  static func one(
    _ name: StaticString, _ resource: JSONValue, status: HTTPResponse.Status = .ok
  ) -> Response {
    Response.json(status: status) { $0.object { $0.member(name, resource) } }
  }

  static func selfLink(_ path: String, _ context: OpenStackRequestContext) -> JSONValue {
    ["self": .string("\(context.baseURL)/v3/\(path)")]
  }
}

extension OpenStackRequestContext {
  /// A part of the path; empty if the route has none of that name.
  func path(_ name: String) -> String { parameters.get(name) ?? "" }
}
