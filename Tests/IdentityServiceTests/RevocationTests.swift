import IdentityService
import JSON
import Model
import NIOHTTP1
import Store
import Testing

@Suite("What makes tokens void")
struct RevocationTests {
  /// What an administrator does to a member, whose token must be void then. Paths and bodies may name the member's
  /// user, project, role and group.
  struct Deed: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var method: HTTPMethod
    var path: String
    var body: JSONValue?
  }

  static let deeds: [Deed] = [
    Deed(
      testDescription: "a new password", method: .PATCH, path: "users/USER", body: ["user": ["password": "another"]]),
    Deed(testDescription: "the user disabled", method: .PATCH, path: "users/USER", body: ["user": ["enabled": false]]),
    Deed(testDescription: "the user deleted", method: .DELETE, path: "users/USER"),
    Deed(
      testDescription: "the project disabled", method: .PATCH, path: "projects/PROJECT",
      body: ["project": ["enabled": false]]),
    Deed(testDescription: "the project deleted", method: .DELETE, path: "projects/PROJECT"),
    Deed(
      testDescription: "the role taken away", method: .DELETE,
      path: "projects/PROJECT/users/USER/roles/MEMBER"),
    Deed(
      testDescription: "the group's role taken away", method: .DELETE,
      path: "projects/PROJECT/groups/GROUP/roles/SPECIAL"),
    Deed(testDescription: "out of the group", method: .DELETE, path: "groups/GROUP/users/USER"),
    Deed(testDescription: "the group deleted", method: .DELETE, path: "groups/GROUP"),
    Deed(testDescription: "a role deleted", method: .DELETE, path: "roles/SPECIAL"),
    Deed(testDescription: "a role renamed", method: .PATCH, path: "roles/SPECIAL", body: ["role": ["name": "other"]]),
  ]

  @Test("the tokens that hang on something end with it, and stay ended after a restart", arguments: deeds)
  func voided(deed: Deed) async throws {
    try await RunningIdentity.run { identity in
      let member = try await Member(identity)
      let bystander = try #require(try await identity.logIn("plugboard", identity.passwords.service).token)
      #expect(identity.validator.check(member.token)?.token.roles.sorted() == ["member", "reader", "special"])
      let path = "/v3/\(member.filledIn(deed.path))"
      let reply = try await identity.send(deed.method, path, token: member.admin, body: deed.body)
      #expect((200..<300).contains(reply.status), "\(String(describing: reply.json))")
      #expect(identity.validator.check(member.token) == nil)
      #expect(try await identity.send(.GET, "/v3/auth/projects", token: member.token).status == 401)
      #expect(identity.validator.check(member.admin) != nil)
      #expect(identity.validator.check(bystander) != nil)
      let restarted = try await LocalTokenValidator(
        signer: TokenSigner(key: RunningIdentity.key), store: identity.store, clock: { .systemNow() })
      #expect(restarted.check(member.token) == nil)
      #expect(restarted.check(member.admin) != nil)
    }
  }

  @Test("a user who changes its own password needs the old one, and has no token left but new ones")
  func ownPassword() async throws {
    try await RunningIdentity.run { identity in
      let member = try await Member(identity)
      let path = "/v3/users/\(member.user)/password"
      let wrong = try await identity.send(
        .POST, path, token: member.token, body: ["user": ["original_password": "no", "password": "new"]])
      #expect(wrong.status == 401)
      #expect(identity.validator.check(member.token) != nil)
      let right = try await identity.send(
        .POST, path, token: member.token, body: ["user": ["original_password": "pw", "password": "new"]])
      #expect(right.status == 204)
      #expect(identity.validator.check(member.token) == nil)
      #expect(try await identity.logIn("demo", "pw").status == 401)
      let again = try await identity.logIn("demo", "new", scope: RunningIdentity.project("demo"))
      #expect(identity.validator.check(try #require(again.token)) != nil)
    }
  }

  @Test("a project that is enabled again brings no old token back, and takes new ones")
  func enabledAgain() async throws {
    try await RunningIdentity.run { identity in
      let member = try await Member(identity)
      for enabled in [false, true] {
        let reply = try await identity.send(
          .PATCH, "/v3/projects/\(member.project)", token: member.admin,
          body: ["project": ["enabled": .bool(enabled)]])
        #expect(reply.json?["project"]?["enabled"] == .bool(enabled))
        let logIn = try await identity.logIn("demo", "pw", scope: RunningIdentity.project("demo"))
        #expect(logIn.status == (enabled ? 201 : 401))
      }
      #expect(identity.validator.check(member.token) == nil)
    }
  }

  @Test("what has expired is forgotten, and what counts is not")
  func pruning() {
    var cutoffs = TokenCutoffs()
    let start = Timestamp(microseconds: 1_000_000)
    for index in 0..<5000 {
      cutoffs.revoke(auditID: "old\(index)", expiresAt: start)
      cutoffs.cut(TokenSubject(.user, "\(index)"), issuedBefore: start, expiresAt: start)
    }
    cutoffs.revoke(auditID: "a", expiresAt: start + .seconds(60))
    cutoffs.prune(at: start + .seconds(1))
    #expect(cutoffs.count == 1)
    let token = AuthToken(
      userID: "1", userName: "", projectID: nil, projectName: nil, roles: [], issuedAt: start, expiresAt: start,
      auditID: "a")
    #expect(cutoffs.voids(token))
  }
}

/// A user `demo` with a project of the same name, where it is a member, and `special` through a group.
private struct Member: Sendable {
  let admin: String
  let token: String
  let user: String
  let project: String
  private let ids: [String: String]

  init(_ identity: RunningIdentity) async throws {
    admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
    _ = try await identity.makeMember("demo", password: "pw", token: admin)
    let users = try await identity.send(.GET, "/v3/users?name=demo", token: admin)
    let projects = try await identity.send(.GET, "/v3/projects?name=demo", token: admin)
    user = try #require(users.json?["users"]?.array?.first?["id"]?.string)
    project = try #require(projects.json?["projects"]?.array?.first?["id"]?.string)
    let special = try await identity.make("role", ["name": "special"], token: admin)
    let group = try await identity.make("group", ["name": "team"], token: admin)
    for path in ["groups/\(group)/users/\(user)", "projects/\(project)/groups/\(group)/roles/\(special)"] {
      #expect(try await identity.send(.PUT, "/v3/\(path)", token: admin).status == 204)
    }
    let member = try await identity.roleID("member", token: admin)
    ids = ["USER": user, "PROJECT": project, "GROUP": group, "SPECIAL": special, "MEMBER": member]
    let reply = try await identity.logIn("demo", "pw", scope: RunningIdentity.project("demo"))
    token = try #require(reply.token)
  }

  func filledIn(_ path: String) -> String {
    path.split(separator: "/").map { ids[String($0)] ?? String($0) }.joined(separator: "/")
  }
}
