import HTTPTypes

/// Which web pages of other origins may call the services from a browser, and how (Fetch Standard, CORS protocol).
///
/// The options are those of upstream's `oslo.middleware`, group `[cors]`; so is the behaviour: a request is served whatever
/// its origin, and the browser keeps the answer from the page unless the fields here allow it.
package struct CrossOriginPolicy: Sendable {
  /// Origins such as `https://dashboard.example.org`, exactly as browsers send them, or `*` for all.
  package var allowedOrigins: Set<String>
  /// Whether the browser may send cookies and the like.
  package var allowCredentials = true
  /// The fields of an answer that the page may read.
  package var exposeHeaders = [
    "X-Auth-Token", "X-Subject-Token", "X-Service-Token", "X-OpenStack-Request-ID", "OpenStack-API-Version",
  ]
  /// How long the browser remembers what it was told, in seconds.
  package var maxAge = 3600
  package var allowMethods = ["GET", "PUT", "POST", "DELETE", "PATCH"]
  /// The fields of a request that the page may set, beside those that every page may.
  package var allowHeaders = [
    "X-Auth-Token", "X-Subject-Token", "X-Identity-Status", "X-Roles", "X-Service-Catalog", "X-User-Id", "X-Tenant-Id",
    "X-OpenStack-Request-ID", "OpenStack-API-Version", "X-OpenStack-Nova-API-Version", "If-Match",
  ]

  package init(allowedOrigins: Set<String>) {
    self.allowedOrigins = allowedOrigins
  }

  /// The fields that upstream lets every page set.
  private static let simpleHeaders: Set<String> = [
    "accept", "accept-language", "content-type", "cache-control", "content-language", "expires", "last-modified",
    "pragma",
  ]

  /// The fields of the answer to a preflight request, `OPTIONS` with `Access-Control-Request-Method`: none if the request
  /// that the page means to make is not allowed.
  func preflight(_ request: HTTPFields) -> HTTPFields {
    guard let origin = allowedOrigin(of: request), let method = request[.accessControlRequestMethod],
      allowMethods.contains(method)
    else { return [:] }
    let wanted = (request[.accessControlRequestHeaders] ?? "").split(separator: ",")
      .map { $0.drop { $0 == " " }.prefix { $0 != " " } }.filter { !$0.isEmpty }
    let allowed = Set(allowHeaders.map { $0.lowercased() })
    guard wanted.allSatisfy({ Self.simpleHeaders.contains($0.lowercased()) || allowed.contains($0.lowercased()) })
    else { return [:] }
    var fields = sharing(with: origin)
    if maxAge > 0 { fields[.accessControlMaxAge] = "\(maxAge)" }
    fields[.accessControlAllowMethods] = method
    if !wanted.isEmpty { fields[.accessControlAllowHeaders] = wanted.joined(separator: ",") }
    return fields
  }

  /// Adds to the answer of any other request what lets the page read it.
  func share(_ response: inout HTTPFields, askedBy request: HTTPFields) {
    guard let origin = allowedOrigin(of: request) else { return }
    for field in sharing(with: origin) where field.name != .vary { response[field.name] = field.value }
    // There may be other fields the answer depends on.
    response[.vary] = (response[values: .vary] + ["Origin"]).joined(separator: ", ")
    if !exposeHeaders.isEmpty { response[.accessControlExposeHeaders] = exposeHeaders.joined(separator: ",") }
  }

  private func allowedOrigin(of request: HTTPFields) -> String? {
    guard let origin = request[.origin] else { return nil }
    return allowedOrigins.contains(origin) || allowedOrigins.contains("*") ? origin : nil
  }

  private func sharing(with origin: String) -> HTTPFields {
    var fields: HTTPFields = [.vary: "Origin", .accessControlAllowOrigin: origin]
    if allowCredentials { fields[.accessControlAllowCredentials] = "true" }
    return fields
  }
}
