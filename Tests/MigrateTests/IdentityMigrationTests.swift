import Logging
import Model
import SQLite
import Store
import Support
import Testing

/// `0011_identity.sql` rebuilds four tables that refer to each other, in databases that are in use.
@Suite("Migrating the Identity service's tables")
struct IdentityMigrationTests {
  private let folder: TemporaryDirectory
  private let path: String
  private let ids = ["a", "b", "c", "d", "e"].map { String(repeating: $0, count: 32) }

  init() throws {
    folder = try TemporaryDirectory()
    path = folder.file("plugboard.sqlite3")
    _ = try Migrator(path: path, migrations: Array(Migration.carried.prefix(10))).up()
    let connection = try Connection(path: path, mode: .writing)
    try connection.run("PRAGMA foreign_keys = ON")
    try connection.script(
      """
      INSERT INTO projects (id, name, description, enabled, created_at) VALUES
        ('\(ids[0])', 'admin', 'd', 1, '2026-01-01T00:00:00.000000Z'),
        ('\(ids[1])', 'demo', '', 0, '2026-01-02T00:00:00.000000Z');
      INSERT INTO users (id, name, password_hash, default_project_id, enabled, created_at, tokens_valid_from) VALUES
        ('\(ids[2])', 'admin', '$scrypt$ln=15,r=8,p=3$aa$bb', '\(ids[0])', 1, '2026-01-01T00:00:00.000000Z',
          '2026-11-01T12:00:00.123456Z');
      INSERT INTO roles (id, name) VALUES ('\(ids[3])', 'admin'), ('\(ids[4])', 'member');
      INSERT INTO role_assignments (user_id, project_id, role_id) VALUES
        ('\(ids[2])', '\(ids[0])', '\(ids[3])'), ('\(ids[2])', '\(ids[1])', '\(ids[4])');
      INSERT INTO revoked_tokens (audit_id, expires_at, revoked_at) VALUES
        ('audit', '2099-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z');
      """)
  }

  @Test("every row is kept, in the default domain, and who administered administers the system too")
  func rows() async throws {
    _ = try Migrator(path: path).up()
    let store = try Store(path: path, logger: Logger(label: "test"))
    let ids = ids
    try await store.read { snapshot in
      #expect(
        try snapshot.projects() == [
          Project(id: ids[0], name: "admin", description: "d"), Project(id: ids[1], name: "demo", isEnabled: false),
        ])
      #expect(try snapshot.users() == [User(id: ids[2], name: "admin", defaultProjectID: ids[0])])
      #expect(try snapshot.passwordHash(ofUser: ids[2]) == "$scrypt$ln=15,r=8,p=3$aa$bb")
      #expect(try snapshot.domain("default")?.name == "Default")
      #expect(try snapshot.effectiveRoles(ofUser: ids[2], in: .project(ids[0])).map(\.name) == ["admin", "member"])
      #expect(try snapshot.effectiveRoles(ofUser: ids[2], in: .project(ids[1])).map(\.name) == ["member"])
      #expect(try snapshot.effectiveRoles(ofUser: ids[2], in: .system).map(\.name) == ["admin", "member"])
      let cutoffs = try snapshot.tokenCutoffs(at: Timestamp(microseconds: 0))
      #expect(cutoffs.count == 2)
      for (issued, isVoid) in [("2026-11-01T12:00:00.123455Z", true), ("2026-11-01T12:00:00.123456Z", false)] {
        let time = try #require(Timestamp(issued))
        let token = AuthToken(
          userID: ids[2], userName: "admin", projectID: nil, projectName: nil, roles: [], issuedAt: time,
          expiresAt: time, auditID: "x")
        #expect(cutoffs.voids(token) == isVoid)
      }
    }
    await store.close()
  }

  @Test("what refers to what is checked afterwards as it was before")
  func references() throws {
    _ = try Migrator(path: path).up()
    let connection = try Connection(path: path, mode: .writing)
    try connection.run("PRAGMA foreign_keys = ON")
    #expect(throws: SQLiteError.self) {
      try connection.run(
        "INSERT INTO role_assignments (user_id, project_id, role_id) VALUES (?, ?, ?)", [ids[2], "nowhere", ids[3]])
    }
    #expect(throws: SQLiteError.self) {
      try connection.run("UPDATE projects SET domain_id = 'nowhere' WHERE id = ?", [ids[0]])
    }
    // A user's rows go with it, and only those.
    try connection.run("DELETE FROM users WHERE id = ?", [ids[2]])
    #expect(try connection.first("SELECT count(*) FROM role_assignments") { $0.integer(0) } == 0)
    #expect(try connection.first("SELECT count(*) FROM projects") { $0.integer(0) } == 2)
    #expect(try connection.rows("PRAGMA foreign_key_check") { $0.text(0) } == [])
  }
}
