package import Model
import OpenStackHTTP
package import Store

/// Decides who gets a token for what, and makes it.
package struct TokenIssuer: Sendable {
  /// A token with the text that stands for it.
  package struct Issued: Sendable {
    package let text: String
    package let signed: SignedToken
  }

  private let store: Store
  private let signer: TokenSigner
  private let hasher: PasswordHasher
  private let validator: LocalTokenValidator
  private let lifetime: Duration
  private let clock: @Sendable () -> Timestamp

  /// - Parameter lifetime: How long a token is good for, Keystone's `[token] expiration`.
  package init(
    store: Store, signer: TokenSigner, hasher: PasswordHasher, validator: LocalTokenValidator,
    lifetime: Duration = .seconds(4 * 3600), clock: @escaping @Sendable () -> Timestamp
  ) {
    self.store = store
    self.signer = signer
    self.hasher = hasher
    self.validator = validator
    self.lifetime = lifetime
    self.clock = clock
  }

  /// - Throws: `APIError` 401, the same whatever was wrong.
  func logIn(_ request: LogIn) async throws -> Issued {
    switch request.proof {
    case .password(let reference, let password):
      let user = try await user(reference)
      let isRight = try await hasher.verify(password, against: user?.passwordHash)
      guard let user, isRight, user.user.isEnabled else { throw Self.refused }
      return try await issue(to: user.user, scope: request.scope, methods: ["password"], expiresAt: nil)
    case .token(let text):
      guard let earlier = validator.check(text),
        let user = try await store.read({ try $0.user(earlier.token.userID) }), user.isEnabled
      else { throw Self.refused }
      // A token that was got with a token lives no longer than that one did, else it could be renewed for ever.
      return try await issue(
        to: user, scope: request.scope, methods: Self.joined(earlier.methods, "token"),
        expiresAt: earlier.token.expiresAt)
    }
  }

  /// A token for a user of the server's own, without a password.
  package func token(forUser name: String, project: String) async throws -> Issued {
    guard let user = try await store.read({ try $0.user(named: name) }) else { throw Self.refused }
    let scope = LogIn.Scope.project(.name(project, domain: .init(isDefault: true)))
    return try await issue(to: user, scope: scope, methods: ["password"], expiresAt: nil)
  }

  private static let refused = APIError.unauthorized(identityURL: nil)

  private static func joined(_ methods: [String], _ method: String) -> [String] {
    methods.contains(method) ? methods : methods + [method]
  }

  private func user(_ reference: LogIn.Reference) async throws -> (user: User, passwordHash: String?)? {
    try await store.read { snapshot in
      let user =
        switch reference {
        case .id(let id): try snapshot.user(id)
        case .name(let name, let domain): domain.isDefault ? try snapshot.user(named: name) : nil
        }
      guard let user else { return nil }
      return (user, try snapshot.passwordHash(ofUser: user.id))
    }
  }

  private func issue(
    to user: User, scope: LogIn.Scope, methods: [String], expiresAt: Timestamp?
  ) async throws -> Issued {
    let grant = try await grant(user, scope)
    let now = clock()
    let token = AuthToken(
      userID: user.id, userName: user.name, projectID: grant?.project.id, projectName: grant?.project.name,
      roles: grant?.roles.map(\.name) ?? [], issuedAt: now, expiresAt: expiresAt ?? now + lifetime,
      auditID: SecretFile.randomSecret())
    let text = signer.text(for: token, methods: methods)
    guard let signed = validator.check(text) else { throw Self.refused }
    return Issued(text: text, signed: signed)
  }

  /// The project that is asked for and the user's roles there; `nil` for a token without a scope.
  private func grant(_ user: User, _ scope: LogIn.Scope) async throws -> (project: Project, roles: [Role])? {
    let found = try await store.read { snapshot -> (project: Project, roles: [Role])? in
      let project: Project?
      switch scope {
      case .unscoped, .elsewhere: project = nil
      case .unspecified: project = try user.defaultProjectID.flatMap { try snapshot.project($0) }
      case .project(.id(let id)): project = try snapshot.project(id)
      case .project(.name(let name, let domain)): project = domain.isDefault ? try snapshot.project(named: name) : nil
      }
      guard let project, project.isEnabled else { return nil }
      let roles = try snapshot.roles(ofUser: user.id, inProject: project.id)
      return roles.isEmpty ? nil : (project, roles)
    }
    switch scope {
    case .project where found == nil, .elsewhere: throw Self.refused
    default: return found
    }
  }
}
