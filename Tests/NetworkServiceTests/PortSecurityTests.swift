import JSON
import NIOHTTP1
import NetworkService
import Testing

@Suite("The security of ports")
struct PortSecurityTests {
  @Test("a port that names no groups has its project's default group, and one that names none has none")
  func defaults() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.create("network", ["shared": true]).text("id")
      let first = try await cloud.create("port", ["network_id": .string(network)])
      let second = try await cloud.create("port", ["network_id": .string(network)])
      let foreign = try await cloud.create("port", ["network_id": .string(network)], token: memberToken)
      let groups = try #require(first["security_groups"]?.array)
      #expect(groups.count == 1 && second["security_groups"]?.array == groups)
      #expect(foreign["security_groups"]?.array?.count == 1 && foreign["security_groups"]?.array != groups)
      let shown = try await cloud.get("/v2.0/security-groups/\(try #require(groups.first?.string))")
      #expect(shown.body?["security_group"]?["name"] == "default")
      for body in [["security_groups": []], ["port_security_enabled": false], ["device_owner": "network:dhcp"]]
        as [[String: JSONValue]]
      {
        let port = try await cloud.create(
          "port", .object(body.merging(["network_id": .string(network)]) { $1 }))
        #expect(port["security_groups"] == [], "\(body)")
        #expect(port["port_security_enabled"] == .bool(body["security_groups"] != nil), "\(body)")
      }
    }
  }

  @Test("a port inherits what its network says of port security")
  func inheritance() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.create("network", ["port_security_enabled": false]).text("id")
      let port = try await cloud.create("port", ["network_id": .string(network)])
      #expect(port["port_security_enabled"] == false && port["security_groups"] == [])
      let secured = try await cloud.create("port", ["network_id": .string(network), "port_security_enabled": true])
      #expect(secured["port_security_enabled"] == true && secured["security_groups"]?.array?.count == 1)
    }
  }

  @Test("port security is not taken away from under groups, but goes with them")
  func disabling() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.create("network", [:]).text("id")
      let port = try await cloud.create("port", ["network_id": .string(network)])
      let path = "/v2.0/ports/\(try port.text("id"))"
      let refused = try await cloud.send(.PUT, path, body: ["port": ["port_security_enabled": false]])
      #expect(refused.status == 409 && refused.errorType == "PortSecurityPortHasSecurityGroup")
      let named = try await cloud.send(
        .PUT, path,
        body: ["port": ["port_security_enabled": false, "security_groups": port["security_groups"] ?? []]])
      #expect(named.status == 400 && named.errorType == "PortSecurityAndIPRequiredForSecurityGroups")
      let off = try await cloud.send(
        .PUT, path, body: ["port": ["port_security_enabled": false, "security_groups": []]])
      #expect(off.body?["port"]?["port_security_enabled"] == false)
      let on = try await cloud.send(
        .PUT, path, body: ["port": ["port_security_enabled": true, "security_groups": port["security_groups"] ?? []]])
      #expect(on.body?["port"]?["security_groups"] == port["security_groups"])
    }
  }

  @Test("a project's port has its own project's groups, all stateful or none")
  func usableGroups() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.create("network", ["shared": true]).text("id")
      let foreign = try await cloud.portGroup("foreign")
      let own = try await cloud.portGroup("own", token: memberToken)
      let stateless = try await cloud.portGroup("stateless", stateful: false, token: memberToken)
      func make(_ groups: [String], token: String) async throws -> Answer {
        try await cloud.send(
          .POST, "/v2.0/ports", token: token,
          body: [
            "port": ["network_id": .string(network), "security_groups": .array(groups.map { .string($0) })]
          ])
      }
      let hidden = try await make([own, foreign], token: memberToken)
      #expect(hidden.status == 404 && hidden.errorMessage == "Security group \(foreign) does not exist")
      let mixed = try await make([own, stateless], token: memberToken)
      #expect(mixed.status == 409 && mixed.errorType == "SecurityGroupConflict")
      let made = try await make([own], token: memberToken)
      #expect(made.body?["port"]?["security_groups"] == [.string(own)])
      #expect(try await make([own, foreign], token: adminToken).status == 201)
      let path = "/v2.0/ports/\(try #require(try made.body?["port"]?.text("id")))"
      let changed = try await cloud.send(
        .PUT, path, token: memberToken, body: ["port": ["security_groups": [.string(foreign)]]])
      #expect(changed.status == 404 && changed.errorType == "SecurityGroupNotFound")
      let inUse = try await cloud.send(.DELETE, "/v2.0/security-groups/\(own)", token: memberToken)
      #expect(inUse.status == 409)
    }
  }

  @Test("a member sets on a shared network only what is the port's own")
  func foreignNetwork() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.network(["shared": true])
      let allowed: [[String: JSONValue]] = [
        ["name": "n"], ["device_id": "d", "device_owner": "me"], ["security_groups": []],
        ["fixed_ips": [["subnet_id": .string(network.subnetID)]]], ["extra_dhcp_opts": []],
      ]
      let forbidden: [[String: JSONValue]] = [
        ["mac_address": "fa:16:3e:00:00:01"], ["device_owner": "network:dhcp"], ["port_security_enabled": false],
        ["fixed_ips": [["ip_address": "10.101.0.9"]]], ["allowed_address_pairs": [["ip_address": "10.0.0.1"]]],
        ["binding:host_id": "compute1"], ["binding:profile": ["a": 1]],
      ]
      for body in allowed {
        _ = try await cloud.create(
          "port", .object(body.merging(["network_id": .string(network.id)]) { $1 }), token: memberToken)
      }
      for body in forbidden {
        let answer = try await cloud.send(
          .POST, "/v2.0/ports", token: memberToken,
          body: ["port": .object(body.merging(["network_id": .string(network.id)]) { $1 })])
        #expect(answer.status == 403 && answer.errorType == "PolicyNotAuthorized", "\(body)")
      }
      let port = try await cloud.create("port", ["network_id": .string(network.id)], token: memberToken).text("id")
      for body in forbidden {
        let answer = try await cloud.send(
          .PUT, "/v2.0/ports/\(port)", token: memberToken, body: ["port": .object(body)])
        #expect(answer.status == 403 && answer.errorType == "PolicyNotAuthorized", "\(body)")
      }
    }
  }

  @Test("who owns a network sees and deletes what others have put on it, and changes nothing of it")
  func networkOwner() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.create("network", [:], token: memberToken).text("id")
      let port = try await cloud.create("port", ["network_id": .string(network)]).text("id")
      let hidden = try await cloud.create("port", ["network_id": .string(try await cloud.network().id)]).text("id")
      #expect(try await cloud.portIDs("", token: memberToken) == [port])
      #expect(try await cloud.get("/v2.0/ports/\(port)", token: memberToken).status == 200)
      let change = try await cloud.send(
        .PUT, "/v2.0/ports/\(port)", token: memberToken, body: ["port": ["name": "n"]])
      #expect(change.status == 403 && change.errorType == "PolicyNotAuthorized")
      for method in [HTTPMethod.GET, .DELETE] {
        #expect(try await cloud.send(method, "/v2.0/ports/\(hidden)", token: memberToken).status == 404)
      }
      #expect(try await cloud.send(.DELETE, "/v2.0/ports/\(port)", token: memberToken).status == 204)
    }
  }
}
