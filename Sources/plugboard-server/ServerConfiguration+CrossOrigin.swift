import OpenStackHTTP
import OsloConfig

extension ServerConfiguration {
  /// Reads upstream's group `[cors]`; `nil` without `allowed_origin`, which turns it on.
  static func crossOrigin(_ options: OsloOptions) throws -> CrossOriginPolicy? {
    guard let origins = try options.list("cors.allowed_origin"), !origins.isEmpty else { return nil }
    var policy = CrossOriginPolicy(allowedOrigins: Set(origins))
    if let isAllowed = try options.boolean("cors.allow_credentials") { policy.allowCredentials = isAllowed }
    if let names = try options.list("cors.expose_headers") { policy.exposeHeaders = names }
    if let seconds = try options.integer("cors.max_age", in: 0...86_400 * 365) { policy.maxAge = seconds }
    if let names = try options.list("cors.allow_methods") { policy.allowMethods = names }
    if let names = try options.list("cors.allow_headers") { policy.allowHeaders = names }
    return policy
  }
}
