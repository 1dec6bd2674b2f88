import IdentityService
import JSON
import Model
import NIOHTTP1
import OpenStackHTTP
import Testing

@Suite("Who may do what")
struct PolicyTests {
  /// A request with the codes that a reader of the system and a member of one project get.
  struct Case: Sendable, CustomTestStringConvertible {
    let method: HTTPMethod
    let path: String
    let reader: Int
    let member: Int

    init(_ method: HTTPMethod, _ path: String, reader: Int, member: Int) {
      self.method = method
      self.path = path
      self.reader = reader
      self.member = member
    }

    var testDescription: String { "\(method.rawValue) \(path)" }
  }

  static let cases: [Case] = [
    .init(.GET, "users", reader: 200, member: 403), .init(.GET, "users/ADMIN", reader: 200, member: 403),
    .init(.GET, "users/nobody", reader: 404, member: 403), .init(.GET, "users/SELF", reader: 200, member: 200),
    .init(.GET, "users/SELF/projects", reader: 200, member: 200),
    .init(.GET, "users/ADMIN/projects", reader: 200, member: 403),
    .init(.GET, "users/SELF/groups", reader: 200, member: 200),
    .init(.GET, "users/SELF/application_credentials", reader: 200, member: 200),
    .init(.GET, "users/ADMIN/application_credentials", reader: 200, member: 403),
    .init(.GET, "projects", reader: 200, member: 403), .init(.GET, "projects/PROJECT", reader: 200, member: 200),
    .init(.GET, "projects/ADMINPROJECT", reader: 200, member: 403),
    .init(.GET, "projects/PROJECT/tags", reader: 200, member: 200),
    .init(.GET, "domains", reader: 200, member: 403), .init(.GET, "domains/default", reader: 200, member: 200),
    .init(.GET, "domains/other", reader: 404, member: 403), .init(.GET, "groups", reader: 200, member: 403),
    .init(.GET, "roles", reader: 200, member: 403), .init(.GET, "role_inferences", reader: 200, member: 403),
    .init(.GET, "role_assignments", reader: 200, member: 403),
    .init(.GET, "projects/PROJECT/users/SELF/roles", reader: 200, member: 403),
    .init(.GET, "system/users/SELF/roles", reader: 200, member: 403),
    .init(.GET, "services", reader: 200, member: 403), .init(.GET, "endpoints", reader: 200, member: 403),
    .init(.GET, "regions", reader: 200, member: 200), .init(.GET, "auth/projects", reader: 200, member: 200),
    .init(.GET, "auth/catalog", reader: 403, member: 200), .init(.GET, "auth/system", reader: 200, member: 200),
    .init(.POST, "users", reader: 403, member: 403), .init(.PATCH, "users/SELF", reader: 403, member: 403),
    .init(.DELETE, "users/SELF", reader: 403, member: 403), .init(.POST, "projects", reader: 403, member: 403),
    .init(.PATCH, "projects/PROJECT", reader: 403, member: 403),
    .init(.DELETE, "projects/PROJECT", reader: 403, member: 403),
    .init(.PUT, "projects/PROJECT/tags/x", reader: 403, member: 403),
    .init(.POST, "domains", reader: 403, member: 403), .init(.DELETE, "domains/default", reader: 403, member: 403),
    .init(.POST, "groups", reader: 403, member: 403), .init(.POST, "roles", reader: 403, member: 403),
    .init(.PUT, "projects/PROJECT/users/SELF/roles/ROLE", reader: 403, member: 403),
    .init(.PUT, "system/users/SELF/roles/ROLE", reader: 403, member: 403),
    .init(.PUT, "roles/ROLE/implies/ROLE", reader: 403, member: 403),
    .init(.POST, "services", reader: 403, member: 403), .init(.POST, "endpoints", reader: 403, member: 403),
    .init(.POST, "regions", reader: 403, member: 403), .init(.PUT, "regions/x", reader: 403, member: 403),
  ]

  @Test("a reader of the system sees everything and changes nothing, a member sees itself")
  func table() async throws {
    try await RunningIdentity.run { identity in
      let people = try await People(identity)
      for item in Self.cases {
        for (person, token, user, status) in [
          ("reader", people.reader, people.readerID, item.reader),
          ("member", people.member, people.memberID, item.member),
        ] {
          let path = people.filledIn(item.path, self: user)
          let body: JSONValue? = item.method == .GET || item.method == .DELETE ? nil : people.body(of: item.path)
          let reply = try await identity.send(item.method, "/v3/\(path)", token: token, body: body)
          #expect(reply.status == status, "\(person) \(item.testDescription): \(String(describing: reply.json))")
        }
        let nobody = try await identity.send(
          item.method, "/v3/\(people.filledIn(item.path, self: people.memberID))")
        #expect(nobody.status == 401, "\(item.testDescription)")
      }
      // Nothing of all that has changed anything.
      #expect(try await identity.send(.GET, "/v3/projects/\(people.project)", token: people.admin).status == 200)
    }
  }
}

private struct People: Sendable {
  let admin: String
  let reader: String
  let member: String
  let readerID: String
  let memberID: String
  let project: String
  private let ids: [String: String]

  init(_ identity: RunningIdentity) async throws {
    admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
    member = try await identity.makeMember("demo", password: "pw", token: admin)
    let signed = try #require(identity.validator.check(member))
    memberID = signed.token.userID
    project = try #require(signed.token.projectID)
    readerID = try await identity.make("user", ["name": "auditor", "password": "pw"], token: admin)
    let role = try await identity.roleID("reader", token: admin)
    let grant = try await identity.send(.PUT, "/v3/system/users/\(readerID)/roles/\(role)", token: admin)
    #expect(grant.status == 204)
    reader = try #require(try await identity.logIn("auditor", "pw", scope: RunningIdentity.system).token)
    let own = try #require(identity.validator.check(admin)?.token)
    ids = [
      "ADMIN": own.userID, "ADMINPROJECT": own.projectID ?? "", "PROJECT": project,
      "ROLE": try await identity.roleID("admin", token: admin),
    ]
  }

  func filledIn(_ path: String, self user: String) -> String {
    path.split(separator: "/").map { $0 == "SELF" ? user : ids[String($0)] ?? String($0) }.joined(separator: "/")
  }

  /// A body that would do for an administrator.
  func body(of path: String) -> JSONValue {
    let attributes: JSONValue = [
      "name": "x", "type": "x", "service_id": "x", "interface": "public", "url": "http://x", "id": "x",
      "enabled": false,
    ]
    let kinds = ["user", "project", "domain", "group", "role", "service", "endpoint", "region"]
    return .object(JSONObject(members: kinds.map { .init(name: $0, value: attributes) }))
  }
}
