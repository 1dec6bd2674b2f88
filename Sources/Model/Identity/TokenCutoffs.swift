/// What tokens can be void for, all at once: those that were issued before a certain time.
package struct TokenSubject: Hashable, Sendable {
  package enum Kind: String, Sendable {
    /// All tokens of a user: its password has changed, or it was disabled or deleted.
    case user
    /// All tokens scoped to a project.
    case project
    /// All tokens scoped to a domain, or to a project of it, or of a user of it.
    case domain
    /// The tokens of a user in one scope, where it has lost a role.
    case grant
    /// All tokens with a role of that name.
    case role
    /// All tokens got with an application credential.
    case credential
  }

  package let kind: Kind
  /// The id of what the kind says; a role's name; for ``Kind/grant`` the user's id, a slash and the scope's id.
  package let id: String

  package init(_ kind: Kind, _ id: String) {
    self.kind = kind
    self.id = id
  }

  /// The tokens of a user in one scope.
  package static func grant(ofUser userID: String, in scope: RoleScope) -> TokenSubject {
    TokenSubject(.grant, "\(userID)/\(scope.id)")
  }
}

/// Which tokens are void before they expire. It grows with what is revoked, and forgets what has expired anyway.
package struct TokenCutoffs: Sendable {
  private struct Cutoff {
    var issuedBefore: Timestamp
    var expiresAt: Timestamp
  }

  private var cutoffs: [TokenSubject: Cutoff] = [:]
  /// Which kinds have ever been cut off: most have not, and need no look-up.
  private var kinds: Set<TokenSubject.Kind> = []
  /// Single tokens by audit id, with the time when they would have expired.
  private var revoked: [String: Timestamp] = [:]
  private var sizeToPruneAt = 1024

  package init() {}

  /// How many entries are held.
  package var count: Int { cutoffs.count + revoked.count }

  /// Tokens about `subject` that were issued before a time are void. A later time replaces an earlier one.
  ///
  /// - Parameter expiresAt: when the last of these tokens expires.
  package mutating func cut(_ subject: TokenSubject, issuedBefore: Timestamp, expiresAt: Timestamp) {
    let known = cutoffs[subject]
    cutoffs[subject] = Cutoff(
      issuedBefore: max(known?.issuedBefore ?? issuedBefore, issuedBefore),
      expiresAt: max(known?.expiresAt ?? expiresAt, expiresAt))
    kinds.insert(subject.kind)
  }

  /// The one token is void.
  package mutating func revoke(auditID: String, expiresAt: Timestamp) { revoked[auditID] = expiresAt }

  /// Forgets what has expired, now and then: seldom enough that it costs each entry a constant.
  package mutating func prune(at now: Timestamp) {
    guard count >= sizeToPruneAt else { return }
    cutoffs = cutoffs.filter { $0.value.expiresAt > now }
    revoked = revoked.filter { $0.value > now }
    sizeToPruneAt = max(1024, 2 * count)
  }

  /// Whether the token was revoked, by itself or with others.
  package func voids(_ token: AuthToken) -> Bool {
    if !revoked.isEmpty, revoked[token.auditID] != nil { return true }
    if kinds.isEmpty { return false }
    if isCut(.user, token.userID, token) || isCut(.domain, token.userDomainID, token) { return true }
    if let project = token.projectID, isCut(.project, project, token) { return true }
    if let domain = token.projectDomainID ?? token.domainID, isCut(.domain, domain, token) { return true }
    if let credential = token.credential, isCut(.credential, credential.id, token) { return true }
    if kinds.contains(.role), token.roles.contains(where: { isCut(.role, $0, token) }) { return true }
    guard kinds.contains(.grant), let scope = token.scope else { return false }
    return isCut(TokenSubject.grant(ofUser: token.userID, in: scope), token)
  }

  private func isCut(_ kind: TokenSubject.Kind, _ id: String, _ token: AuthToken) -> Bool {
    kinds.contains(kind) && isCut(TokenSubject(kind, id), token)
  }

  private func isCut(_ subject: TokenSubject, _ token: AuthToken) -> Bool {
    guard let cutoff = cutoffs[subject] else { return false }
    return token.issuedAt < cutoff.issuedBefore
  }
}

extension AuthToken {
  /// What the token is scoped to; `nil` for an unscoped one.
  package var scope: RoleScope? {
    if let projectID { return .project(projectID) }
    if let domainID { return .domain(domainID) }
    return isSystemScoped ? .system : nil
  }
}
