package import Model
import SQLite

extension Snapshot {
  /// A user's, by name.
  package func applicationCredentials(ofUser userID: String, named name: String? = nil) throws
    -> [ApplicationCredential]
  {
    try applicationCredentials(
      "WHERE user_id = ?1 AND (?2 IS NULL OR credentials.name = ?2)", arguments: [userID, name])
  }

  package func applicationCredential(_ id: String) throws -> ApplicationCredential? {
    try applicationCredentials("WHERE credentials.id = ?", arguments: [id]).first
  }

  /// What a log-in with an application credential is checked against.
  package func secretHash(ofCredential id: String) throws -> String? {
    try first("SELECT secret_hash FROM application_credentials WHERE id = ?", id) { $0.text(0) }
  }

  package func applicationCredentialCount(ofUser userID: String) throws -> Int {
    try first("SELECT count(*) FROM application_credentials WHERE user_id = ?", userID) { Int($0.integer(0)) } ?? 0
  }

  /// The user's credentials that count on a role in a project: they go with it.
  package func applicationCredentials(
    ofUsers users: [String]?, withRole roleID: String, inProject projectID: String?
  ) throws -> [String] {
    var conditions = Conditions()
    conditions.add("role_id = ?", roleID)
    conditions.add("project_id = ?", ifAny: projectID)
    let ids = try rows(
      """
      SELECT credentials.id, user_id FROM application_credentials AS credentials
      JOIN application_credential_roles ON application_credential_id = credentials.id \(conditions.sql)
      """, arguments: conditions.arguments
    ) { (id: $0.text(0), user: $0.text(1)) }
    guard let users else { return ids.map(\.id) }
    let wanted = Set(users)
    return ids.filter { wanted.contains($0.user) }.map(\.id)
  }

  private func applicationCredentials(
    _ condition: String, arguments: [any SQLBindable]
  ) throws -> [ApplicationCredential] {
    var credentials: [ApplicationCredential] = []
    let pairs = try rows(
      """
      SELECT credentials.id, user_id, project_id, credentials.name, credentials.description, expires_at, unrestricted,
        roles.id, roles.name, roles.description
      FROM application_credentials AS credentials
      LEFT JOIN application_credential_roles ON application_credential_id = credentials.id
      LEFT JOIN roles ON roles.id = role_id \(condition) ORDER BY credentials.name, credentials.id, roles.name
      """, arguments: arguments
    ) { (try ApplicationCredential(row: $0), $0.isNull(7) ? nil : Role(row: $0, from: 7)) }
    for (credential, role) in pairs {
      if credentials.last?.id != credential.id { credentials.append(credential) }
      if let role { credentials[credentials.count - 1].roles.append(role) }
    }
    return credentials
  }
}

extension Transaction {
  /// - Throws: ``ConstraintViolation`` if the user has one of that name.
  package func insert(_ credential: ApplicationCredential, secretHash: String) throws {
    try execute(
      """
      INSERT INTO application_credentials
        (id, user_id, project_id, name, description, secret_hash, expires_at, unrestricted, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, credential.id, credential.userID, credential.projectID, credential.name, credential.description,
      secretHash, credential.expiresAt, credential.isUnrestricted, now)
    for role in credential.roles {
      try execute(
        "INSERT INTO application_credential_roles (application_credential_id, role_id) VALUES (?, ?)",
        credential.id, role.id)
    }
  }

  package func deleteApplicationCredential(_ id: String) throws {
    try execute("DELETE FROM application_credentials WHERE id = ?", id)
  }
}

extension ApplicationCredential {
  fileprivate init(row: Row) throws {
    self.init(
      id: row.text(0), userID: row.text(1), projectID: row.text(2), name: row.text(3),
      description: row.optionalText(4), expiresAt: try row.optionalTimestamp(5), isUnrestricted: row.bool(6), roles: [])
  }
}
