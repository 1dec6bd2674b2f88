import Model
import OpenStackHTTP
import Store

/// What a token is to be scoped to, and with which roles.
struct TokenGrant: Sendable {
  var project: Project?
  var domainID: String?
  var isSystem = false
  var roles: [Role] = []
  var credential: AuthToken.CredentialUse?
}

extension Snapshot {
  func domain(_ reference: LogIn.DomainReference) throws -> Domain? {
    switch reference {
    case .id(let id): try domain(id)
    case .name(let name): try domain(named: name)
    }
  }

  func user(_ reference: LogIn.Reference) throws -> User? {
    switch reference {
    case .id(let id): return try user(id)
    case .name(let name, let domain):
      guard let domain = try self.domain(domain) else { return nil }
      return try user(named: name, domainID: domain.id)
    }
  }

  func applicationCredential(_ reference: LogIn.CredentialReference) throws -> ApplicationCredential? {
    switch reference {
    case .id(let id): return try applicationCredential(id)
    case .name(let name, let user):
      guard let user = try self.user(user) else { return nil }
      return try applicationCredentials(ofUser: user.id, named: name).first
    }
  }

  /// What a user gets who asks for a scope.
  ///
  /// - Throws: `APIError` 401 if the user may not log in, or has no role in the scope it asks for.
  func grant(to user: User, _ scope: LogIn.Scope) throws -> TokenGrant {
    guard try isActive(user) else { throw TokenIssuer.refused }
    let grant: TokenGrant?
    switch scope {
    case .unscoped: return TokenGrant()
    case .unspecified:
      // A default project that is of no use is as good as none.
      let project = try user.defaultProjectID.flatMap { try self.project($0) }
      return try project.flatMap { try self.grant(to: user, in: $0) } ?? TokenGrant()
    case .project(.id(let id)):
      grant = try self.project(id).flatMap { try self.grant(to: user, in: $0) }
    case .project(.name(let name, let domain)):
      let project = try self.domain(domain).flatMap { try self.project(named: name, domainID: $0.id) }
      grant = try project.flatMap { try self.grant(to: user, in: $0) }
    case .domain(let reference):
      grant = try self.domain(reference).flatMap { try self.grant(to: user, in: $0) }
    case .system: grant = TokenGrant(isSystem: true, roles: try effectiveRoles(ofUser: user.id, in: .system))
    }
    guard let grant, !grant.roles.isEmpty else { throw TokenIssuer.refused }
    return grant
  }

  /// What a log-in with an application credential gets: its roles, as far as the user still has them.
  ///
  /// - Throws: `APIError` 401 if the user may not log in, or has none of the roles any more.
  func grant(to user: User, _ credential: ApplicationCredential) throws -> TokenGrant {
    guard try isActive(user), let project = try self.project(credential.projectID),
      var grant = try grant(to: user, in: project)
    else { throw TokenIssuer.refused }
    let wanted = Set(credential.roles.map(\.id))
    grant.roles.removeAll { !wanted.contains($0.id) }
    guard !grant.roles.isEmpty else { throw TokenIssuer.refused }
    grant.credential = .init(id: credential.id, isRestricted: !credential.isUnrestricted)
    return grant
  }

  /// `nil` if the project or its domain is disabled, or the user has no role there.
  private func grant(to user: User, in project: Project) throws -> TokenGrant? {
    guard project.isEnabled, try domain(project.domainID)?.isEnabled == true else { return nil }
    let roles = try effectiveRoles(ofUser: user.id, in: .project(project.id))
    return roles.isEmpty ? nil : TokenGrant(project: project, roles: roles)
  }

  private func grant(to user: User, in domain: Domain) throws -> TokenGrant? {
    guard domain.isEnabled else { return nil }
    return TokenGrant(domainID: domain.id, roles: try effectiveRoles(ofUser: user.id, in: .domain(domain.id)))
  }

  private func isActive(_ user: User) throws -> Bool {
    guard user.isEnabled else { return false }
    return try domain(user.domainID)?.isEnabled == true
  }
}
