import HTTPTypes
package import Hummingbird
import JSON
import Model
package import OpenStackHTTP
package import Store

/// The Identity service: Keystone's API v3, as much of it as logging in and looking around take.
package struct IdentityService: Sendable {
  /// The paths that need no token.
  package static let openPaths: Set<String> = ["/", "/v3", "/v3/auth/tokens"]

  let store: Store
  let issuer: TokenIssuer
  let hasher: PasswordHasher
  let validator: LocalTokenValidator
  let catalog: Catalog

  package init(
    store: Store, issuer: TokenIssuer, hasher: PasswordHasher, validator: LocalTokenValidator, catalog: Catalog
  ) {
    self.store = store
    self.issuer = issuer
    self.hasher = hasher
    self.validator = validator
    self.catalog = catalog
  }

  /// Adds the service's whole API.
  package func addRoutes(to router: Router<OpenStackRequestContext>) {
    addDiscovery(to: router)
    addTokens(to: router)
    addProjects(to: router)
    addUsers(to: router)
    addRoles(to: router)
    addCatalog(to: router)
  }

  /// - Throws: `APIError` 403 with the name of Keystone's rule, such as `identity:list_users`.
  static func requireAdmin(_ context: OpenStackRequestContext, _ rule: String) throws {
    guard try context.caller.isAdmin else {
      throw APIError.forbidden("You are not authorized to perform the requested action: \(rule).")
    }
  }

  static func notFound(_ kind: String, _ id: String) -> APIError {
    APIError.notFound("Could not find \(kind): \(id).")
  }
}
