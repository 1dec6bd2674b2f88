import IdentityService
import JSON
import Model
import NIOHTTP1
import OpenStackHTTP
import Testing

@Suite("Roles and who has them")
struct AssignmentTests {
  @Test("a role is given, checked, listed and taken away, in projects, domains and the system, to users and groups")
  func grants() async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let user = try await identity.make("user", ["name": "u"], token: admin)
      let group = try await identity.make("group", ["name": "g"], token: admin)
      let project = try await identity.make("project", ["name": "p"], token: admin)
      let role = try await identity.roleID("member", token: admin)
      for target in ["projects/\(project)", "domains/default", "system"] {
        for actor in ["users/\(user)", "groups/\(group)"] {
          let list = "/v3/\(target)/\(actor)/roles"
          #expect(try await identity.send(.HEAD, "\(list)/\(role)", token: admin).status == 404)
          #expect(try await identity.send(.GET, list, token: admin).json?["roles"] == [])
          for _ in 1...2 { #expect(try await identity.send(.PUT, "\(list)/\(role)", token: admin).status == 204) }
          #expect(try await identity.send(.HEAD, "\(list)/\(role)", token: admin).status == 204)
          let roles = try await identity.send(.GET, list, token: admin).json?["roles"]?.array
          #expect(roles?.compactMap { $0["name"]?.string } == ["member"])
          #expect(try await identity.send(.DELETE, "\(list)/\(role)", token: admin).status == 204)
          #expect(try await identity.send(.DELETE, "\(list)/\(role)", token: admin).status == 404)
        }
      }
      for path in [
        "projects/\(project)/users/nobody", "projects/nothing/users/\(user)", "domains/nothing/groups/\(group)",
      ] {
        #expect(try await identity.send(.PUT, "/v3/\(path)/roles/\(role)", token: admin).status == 404)
      }
      #expect(try await identity.send(.PUT, "/v3/system/users/\(user)/roles/none", token: admin).status == 404)
    }
  }

  @Test("effective assignments are of users, with what roles imply, and names if they are wanted")
  func effective() async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let user = try await identity.make("user", ["name": "u"], token: admin)
      let group = try await identity.make("group", ["name": "g"], token: admin)
      let project = try await identity.make("project", ["name": "p"], token: admin)
      let role = try await identity.roleID("member", token: admin)
      for path in ["groups/\(group)/users/\(user)", "projects/\(project)/groups/\(group)/roles/\(role)"] {
        #expect(try await identity.send(.PUT, "/v3/\(path)", token: admin).status == 204)
      }
      let direct = try await identity.send(.GET, "/v3/role_assignments?group.id=\(group)", token: admin)
      #expect(
        direct.json?["role_assignments"] == [
          [
            "group": ["id": .string(group)], "role": ["id": .string(role)],
            "scope": ["project": ["id": .string(project)]],
            "links": [
              "assignment": .string(
                "\(identity.address.url)/v3/projects/\(project)/groups/\(group)/roles/\(role)")
            ],
          ]
        ])
      let list = try await identity.send(
        .GET, "/v3/role_assignments?user.id=\(user)&effective&include_names", token: admin)
      let assignments = list.json?["role_assignments"]?.array ?? []
      #expect(assignments.compactMap { $0["role"]?["name"]?.string } == ["member", "reader"])
      for assignment in assignments {
        #expect(assignment["user"]?["name"] == "u")
        #expect(assignment["user"]?["domain"] == ["id": "default", "name": "Default"])
        #expect(assignment["scope"]?["project"]?["name"] == "p")
        #expect(assignment["links"]?["membership"] != nil)
      }
      let system = try await identity.send(
        .GET, "/v3/role_assignments?scope.system=all&include_names=True", token: admin)
      #expect(system.json?["role_assignments"]?.array?.first?["scope"] == ["system": ["all": true]])
      for query in [
        "user.id=a&group.id=b", "scope.project.id=a&scope.domain.id=b", "effective&group.id=a", "include_subtree",
        "scope.system=all&scope.project.id=a",
      ] {
        #expect(try await identity.send(.GET, "/v3/role_assignments?\(query)", token: admin).status == 400)
      }
    }
  }

  @Test("assignments in a tree of projects are listed together")
  func subtree() async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let user = try await identity.make("user", ["name": "u"], token: admin)
      let role = try await identity.roleID("reader", token: admin)
      let top = try await identity.make("project", ["name": "top"], token: admin)
      let low = try await identity.make("project", ["name": "low", "parent_id": .string(top)], token: admin)
      for project in [top, low] {
        _ = try await identity.send(.PUT, "/v3/projects/\(project)/users/\(user)/roles/\(role)", token: admin)
      }
      for (query, count) in [("", 1), ("&include_subtree=true", 2)] {
        let list = try await identity.send(
          .GET, "/v3/role_assignments?scope.project.id=\(top)\(query)", token: admin)
        #expect(list.json?["role_assignments"]?.array?.count == count)
      }
    }
  }

  @Test("a role that is implied is had, and lost when it is implied no more")
  func implied() async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      _ = try await identity.makeMember("demo", password: "pw", token: admin)
      let member = try await identity.roleID("member", token: admin)
      let special = try await identity.make("role", ["name": "special"], token: admin)
      let path = "/v3/roles/\(member)/implies/\(special)"
      #expect(try await identity.send(.PUT, path, token: admin).status == 201)
      #expect(try await identity.send(.HEAD, path, token: admin).status == 200)
      let list = try await identity.send(.GET, "/v3/roles/\(member)/implies", token: admin)
      let implied = list.json?["role_inference"]?["implies"]?.array?.compactMap { $0["name"]?.string }
      #expect(implied == ["reader", "special"])
      let scope = RunningIdentity.project("demo")
      let token = try #require(try await identity.logIn("demo", "pw", scope: scope).token)
      #expect(identity.validator.check(token)?.token.roles == ["member", "reader", "special"])
      #expect(try await identity.send(.DELETE, path, token: admin).status == 204)
      #expect(try await identity.send(.DELETE, path, token: admin).status == 404)
      #expect(identity.validator.check(token) == nil)
      let next = try #require(try await identity.logIn("demo", "pw", scope: scope).token)
      #expect(identity.validator.check(next)?.token.roles == ["member", "reader"])
    }
  }

  @Test("nobody becomes an administrator by implication, and the roles that policies name stay")
  func protected() async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let member = try await identity.roleID("member", token: admin)
      let role = try await identity.roleID("admin", token: admin)
      #expect(try await identity.send(.PUT, "/v3/roles/\(member)/implies/\(role)", token: admin).status == 403)
      #expect(try await identity.send(.PUT, "/v3/roles/\(member)/implies/\(member)", token: admin).status == 403)
      #expect(try await identity.send(.DELETE, "/v3/roles/\(role)", token: admin).status == 403)
      let renamed = try await identity.send(
        .PATCH, "/v3/roles/\(role)", token: admin, body: ["role": ["name": "root"]])
      #expect(renamed.status == 403)
    }
  }

  @Test("a member of a group is checked, listed, and sees the group's projects")
  func membership() async throws {
    try await RunningIdentity.run { identity in
      let admin = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let user = try await identity.make("user", ["name": "u", "password": "pw"], token: admin)
      let group = try await identity.make("group", ["name": "g"], token: admin)
      let project = try await identity.make("project", ["name": "p"], token: admin)
      let role = try await identity.roleID("reader", token: admin)
      let path = "/v3/groups/\(group)/users/\(user)"
      #expect(try await identity.send(.HEAD, path, token: admin).status == 404)
      #expect(try await identity.send(.PUT, path, token: admin).status == 204)
      #expect(try await identity.send(.HEAD, path, token: admin).status == 204)
      _ = try await identity.send(.PUT, "/v3/projects/\(project)/groups/\(group)/roles/\(role)", token: admin)
      let token = try #require(try await identity.logIn("u", "pw", scope: RunningIdentity.project("p")).token)
      for (list, kind, name) in [
        ("users/\(user)/groups", "groups", "g"), ("users/\(user)/projects", "projects", "p"),
        ("auth/projects", "projects", "p"),
      ] {
        let reply = try await identity.send(.GET, "/v3/\(list)", token: token)
        #expect(reply.json?[kind]?.array?.compactMap { $0["name"]?.string } == [name])
      }
      let members = try await identity.send(.GET, "/v3/groups/\(group)/users", token: admin)
      #expect(members.json?["users"]?.array?.compactMap { $0["name"]?.string } == ["u"])
      #expect(try await identity.send(.DELETE, path, token: admin).status == 204)
      #expect(try await identity.send(.DELETE, path, token: admin).status == 404)
      #expect(try await identity.send(.PUT, "/v3/groups/\(group)/users/nobody", token: admin).status == 404)
    }
  }
}
