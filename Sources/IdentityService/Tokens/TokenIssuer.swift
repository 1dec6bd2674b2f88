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

  let store: Store
  private let signer: TokenSigner
  private let hasher: PasswordHasher
  private let validator: LocalTokenValidator
  private let guardian: LogInGuard
  let lifetime: Duration
  let clock: @Sendable () -> Timestamp

  /// - Parameters:
  ///   - guardian: Who slows down those that guess passwords.
  ///   - lifetime: How long a token is good for, Keystone's `[token] expiration`.
  package init(
    store: Store, signer: TokenSigner, hasher: PasswordHasher, validator: LocalTokenValidator,
    guardian: LogInGuard = LogInGuard(), lifetime: Duration = .seconds(4 * 3600),
    clock: @escaping @Sendable () -> Timestamp
  ) {
    self.store = store
    self.signer = signer
    self.hasher = hasher
    self.validator = validator
    self.guardian = guardian
    self.lifetime = lifetime
    self.clock = clock
  }

  /// - Parameter address: Where the request comes from.
  /// - Throws: `APIError` 401, the same whatever was wrong; 403 for what a token may not be used for; 503 when too many
  ///   log-ins are under way.
  func logIn(_ request: LogIn, from address: String) async throws -> Issued {
    // Taken before anything is read: what is revoked while the log-in is under way voids its token too.
    let time = clock()
    switch request.proof {
    case .password(let reference, let password):
      return try await logIn(reference, password, scope: request.scope, from: address, at: time)
    case .applicationCredential(let reference, let secret):
      return try await logIn(reference, secret: secret, from: address, at: time)
    case .token(let text):
      return try await exchange(text, for: request.scope, at: time)
    }
  }

  static let refused = APIError.unauthorized(identityURL: nil)

  private func logIn(
    _ reference: LogIn.Reference, _ password: String, scope: LogIn.Scope, from address: String, at time: Timestamp
  ) async throws -> Issued {
    let found = try await store.read { snapshot -> (user: User, hash: String?)? in
      guard let user = try snapshot.user(reference) else { return nil }
      return (user, try snapshot.passwordHash(ofUser: user.id))
    }
    let name = found?.user.id ?? "\(reference)"
    try await prove(password, against: found?.hash, of: name, from: address)
    guard let user = found?.user else { throw Self.refused }
    let grant = try await store.read { try $0.grant(to: user, scope) }
    return try issue(to: user, grant, methods: ["password"], at: time, until: time + lifetime)
  }

  private func logIn(
    _ reference: LogIn.CredentialReference, secret: String, from address: String, at time: Timestamp
  ) async throws -> Issued {
    let found = try await store.read { snapshot -> (credential: ApplicationCredential, hash: String?)? in
      guard let credential = try snapshot.applicationCredential(reference) else { return nil }
      return (credential, try snapshot.secretHash(ofCredential: credential.id))
    }
    let name = found?.credential.id ?? "\(reference)"
    try await prove(secret, against: found?.hash, of: name, from: address)
    guard let id = found?.credential.id else { throw Self.refused }
    return try await issue(forCredential: id, methods: ["application_credential"], at: time, until: time + lifetime)
  }

  /// A token for a token: never with more rights than the user has now, and never for longer.
  private func exchange(_ text: String, for scope: LogIn.Scope, at time: Timestamp) async throws -> Issued {
    guard let earlier = validator.check(text) else { throw Self.refused }
    let methods = earlier.methods.contains("token") ? earlier.methods : earlier.methods + ["token"]
    let parent = earlier.parentAuditID ?? earlier.token.auditID
    if let credential = earlier.token.credential {
      guard scope == .unspecified else {
        throw APIError.notAuthorized(
          "Using an application credential token to create a scoped token is not allowed.")
      }
      return try await issue(
        forCredential: credential.id, methods: methods, at: time, until: earlier.token.expiresAt, after: parent)
    }
    if earlier.token.isSystemScoped {
      switch scope {
      case .project, .domain:
        throw APIError.notAuthorized(
          "Using a system-scoped token to create a project-scoped or domain-scoped token is not allowed.")
      case .unspecified, .unscoped, .system: break
      }
    }
    let userID = earlier.token.userID
    let found = try await store.read { snapshot -> (User, TokenGrant)? in
      guard let user = try snapshot.user(userID) else { return nil }
      return (user, try snapshot.grant(to: user, scope))
    }
    guard let (user, grant) = found else { throw Self.refused }
    return try issue(to: user, grant, methods: methods, at: time, until: earlier.token.expiresAt, after: parent)
  }

  /// A token for a user of the server's own, without a password.
  package func token(forUser name: String, project: String) async throws -> Issued {
    let time = clock()
    let found = try await store.read { snapshot -> (User, TokenGrant)? in
      guard let user = try snapshot.user(named: name) else { return nil }
      let scope = LogIn.Scope.project(.name(project, domain: .id(Domain.defaultID)))
      return (user, try snapshot.grant(to: user, scope))
    }
    guard let (user, grant) = found else { throw Self.refused }
    return try issue(to: user, grant, methods: ["password"], at: time, until: time + lifetime)
  }

  /// Whether somebody is the user that it says, who may not be disabled.
  ///
  /// - Throws: `APIError` 401.
  func prove(user id: String, password: String, from address: String) async throws {
    let found = try await store.read { snapshot -> (user: User, hash: String?)? in
      guard let user = try snapshot.user(id) else { return nil }
      return (user, try snapshot.passwordHash(ofUser: id))
    }
    try await prove(password, against: found?.hash, of: id, from: address)
    guard found?.user.isEnabled == true else { throw Self.refused }
  }

  /// Whoever names an unknown user has the same work done, so that neither the answer nor the clock tells it from a
  /// known one.
  private func prove(
    _ secret: String, against hash: String?, of name: String, from address: String
  ) async throws {
    guard guardian.admits(name, from: address) else { throw Self.refused }
    guard try await hasher.verify(secret, against: hash) else {
      guardian.failed(name, from: address)
      throw Self.refused
    }
    guardian.succeeded(name, from: address)
  }

  private func issue(
    forCredential id: String, methods: [String], at time: Timestamp, until end: Timestamp, after parent: String? = nil
  ) async throws -> Issued {
    let found = try await store.read { snapshot -> (User, ApplicationCredential, TokenGrant)? in
      guard let credential = try snapshot.applicationCredential(id),
        credential.expiresAt.map({ $0 > time }) ?? true, let user = try snapshot.user(credential.userID)
      else { return nil }
      return (user, credential, try snapshot.grant(to: user, credential))
    }
    guard let (user, credential, grant) = found else { throw Self.refused }
    let end = min(end, credential.expiresAt ?? end)
    return try issue(to: user, grant, methods: methods, at: time, until: end, after: parent)
  }

  private func issue(
    to user: User, _ grant: TokenGrant, methods: [String], at time: Timestamp, until end: Timestamp,
    after parent: String? = nil
  ) throws -> Issued {
    let token = AuthToken(
      userID: user.id, userName: user.name, userDomainID: user.domainID, projectID: grant.project?.id,
      projectName: grant.project?.name, projectDomainID: grant.project?.domainID, domainID: grant.domainID,
      isSystemScoped: grant.isSystem, roles: grant.roles.map(\.name), credential: grant.credential, issuedAt: time,
      expiresAt: end, auditID: SecretFile.randomSecret())
    let signed = SignedToken(token, methods: methods, parentAuditID: parent)
    let text = signer.text(for: signed)
    guard text.utf8.count <= TokenSigner.longestToken else {
      throw APIError.forbidden("The user has too many roles there for one token.")
    }
    return Issued(text: text, signed: signed)
  }
}
