import HTTPTypes
package import Hummingbird
import JSON
import Logging
import Model
package import OpenStackHTTP
package import Store

/// The Identity service: Keystone's API v3, as much of it as clients need.
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
    addAuth(to: router)
    addDomains(to: router)
    addProjects(to: router)
    addProjectTags(to: router)
    addUsers(to: router)
    addPasswords(to: router)
    addApplicationCredentials(to: router)
    addGroups(to: router)
    addRoles(to: router)
    addImpliedRoles(to: router)
    addGrants(to: router)
    addRoleAssignments(to: router)
    addServices(to: router)
    addEndpoints(to: router)
    addRegions(to: router)
  }

  /// Runs a change that voids tokens: those about the subjects that `body` returns, at once and after a restart.
  func write(_ body: @escaping @Sendable (Transaction) throws -> [TokenSubject]) async throws {
    try await writeVoiding { transaction in ((), try body(transaction)) }
  }

  /// Runs a change that gives a value and voids tokens.
  func writeVoiding<T: Sendable>(
    _ body: @escaping @Sendable (Transaction) throws -> (T, [TokenSubject])
  ) async throws -> T {
    // A shorter lifetime may have been configured since the tokens were made.
    let lifetime = max(issuer.lifetime, .seconds(24 * 3600))
    let (value, subjects) = try await store.write { transaction in
      let (value, subjects) = try body(transaction)
      try transaction.voidTokens(subjects, lifetime: lifetime)
      return (value, subjects)
    }
    validator.void(subjects, lifetime: lifetime)
    return value
  }
}
