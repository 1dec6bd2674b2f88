import Model
package import Store

/// Sees to it that there are the roles, projects and users without which nobody could log in.
package struct IdentityBootstrap: Sendable {
  package static let adminUser = "admin"
  package static let adminProject = "admin"

  /// The passwords as they are after a start.
  package struct Passwords: Sendable {
    package var admin: String
    package var service: String
    /// Whose password is new, so that it is worth a line in the log.
    package var renewed: [String]
  }

  private let store: Store
  private let hasher: PasswordHasher

  package init(store: Store, hasher: PasswordHasher) {
    self.store = store
    self.hasher = hasher
  }

  /// Makes what is missing. Users that are there keep the password that is handed in; one whose password nobody knows
  /// any more, because the file that held it is lost, gets a new one.
  package func run(adminPassword: String?, servicePassword: String?) async throws -> Passwords {
    try await store.write { transaction in
      try Self.insertRoles(into: transaction)
      for name in [Self.adminProject, ServiceUser.project] where try transaction.project(named: name) == nil {
        try transaction.insert(Project(name: name))
      }
    }
    var passwords = Passwords(admin: "", service: "", renewed: [])
    passwords.admin = try await ensure(
      Self.adminUser, project: Self.adminProject, roles: [RoleName.admin, RoleName.member, RoleName.reader],
      password: adminPassword, isSystemAdmin: true, renewed: &passwords.renewed)
    passwords.service = try await ensure(
      ServiceUser.name, project: ServiceUser.project, roles: [RoleName.admin, RoleName.service],
      password: servicePassword, renewed: &passwords.renewed)
    return passwords
  }

  /// Makes the roles that are missing, and what the new ones imply: who took an inference away keeps it away.
  private static func insertRoles(into transaction: Transaction) throws {
    var new: Set<String> = []
    for name in [RoleName.admin, RoleName.member, RoleName.reader, RoleName.service]
    where try transaction.role(named: name) == nil {
      try transaction.insert(Role(name: name))
      new.insert(name)
    }
    for (prior, implied) in [(RoleName.admin, RoleName.member), (RoleName.member, RoleName.reader)]
    where new.contains(prior) || new.contains(implied) {
      guard let prior = try transaction.role(named: prior), let implied = try transaction.role(named: implied) else {
        continue
      }
      try transaction.imply(implied.id, byPriorRole: prior.id)
    }
  }

  private func ensure(
    _ name: String, project: String, roles: [String], password: String?, isSystemAdmin: Bool = false,
    renewed: inout [String]
  ) async throws -> String {
    let exists = try await store.read { try $0.user(named: name) != nil }
    if exists, let password { return password }
    let password = password ?? SecretFile.randomSecret()
    let hash = try await hasher.hash(password)
    try await store.write { transaction in
      if let user = try transaction.user(named: name) {
        try transaction.setPasswordHash(hash, ofUser: user.id)
        // Nobody checks tokens yet, so the row is enough. No token lives for thirty days.
        try transaction.voidTokens([TokenSubject(.user, user.id)], lifetime: .seconds(30 * 24 * 3600))
      } else {
        try Self.insert(
          name, project: project, roles: roles, hash: hash, isSystemAdmin: isSystemAdmin, into: transaction)
      }
    }
    renewed.append(name)
    return password
  }

  private static func insert(
    _ name: String, project: String, roles: [String], hash: String, isSystemAdmin: Bool,
    into transaction: Transaction
  ) throws {
    guard let project = try transaction.project(named: project) else { throw BootstrapFailure(missing: project) }
    let user = User(name: name, defaultProjectID: project.id)
    try transaction.insert(user, passwordHash: hash)
    for roleName in roles {
      guard let role = try transaction.role(named: roleName) else { throw BootstrapFailure(missing: roleName) }
      try transaction.grant(RoleAssignment(.user(user.id), in: .project(project.id), roleID: role.id))
      if isSystemAdmin, roleName == RoleName.admin {
        try transaction.grant(RoleAssignment(.user(user.id), in: .system, roleID: role.id))
      }
    }
  }
}

/// Somebody removed a row while the first start was making others that hang on it.
package struct BootstrapFailure: Error, CustomStringConvertible {
  let missing: String

  package var description: String { "'\(missing)' has vanished from the database during the first start; start again" }
}
