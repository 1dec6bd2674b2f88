import Foundation
import HostRPC
import JSON
import NIOHTTP1
import NetworkService
import Testing

@Suite("What hosts know of security groups")
struct SecurityGroupInfoTests {
  @Test("a host is answered as Neutron answered its agent, for the same port")
  func answerOfNeutron() async throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Captures/security-group-info.json")
    let captured = try #require(
      try JSONValue(parsing: String(contentsOf: file, encoding: .utf8))["answer"]?.object)
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let network = try await cloud.network(cidr: "10.88.3.0/24").id
      let group = try await cloud.groups("name=default")[0].text("id")
      _ = try await cloud.addRule(to: group, ["protocol": "icmp", "remote_ip_prefix": "0.0.0.0/0"])
      let port = try await cloud.create(
        "port",
        [
          "network_id": .string(network), "fixed_ips": [["ip_address": "10.88.3.233"]], "device_owner": "compute:nova",
          "device_id": .string(instanceID), "binding:host_id": "compute1",
        ])
      let id = try port.text("id")
      let tap = "tap\(id.prefix(11))"
      let answer = try await cloud.call(SecurityGroupInfoForDevices.self, .init(devices: [tap]))
      let theirs = try #require(captured["devices"]?.object?.members.first?.value)
      let ours = try #require(answer.devices[id])
      #expect(answer.devices.object?.members.count == 1)
      // Upstream shows the number of the port's row besides.
      #expect(Set(theirs.object?.names ?? []).subtracting(ours.object?.names ?? []) == ["standard_attr_id"])
      for name in [
        "fixed_ips", "security_group_rules", "security_group_remote_address_groups", "allowed_address_pairs",
      ] {
        #expect(ours[name] == theirs[name], "\(name)")
      }
      #expect(ours["security_groups"] == [.string(group)])
      #expect(ours["security_group_source_groups"] == [.string(group)])
      #expect(ours["device"] == .string(tap))
      let rules = try #require(captured["security_groups"]?.object?.members.first?.value.array)
      let theirGroup = captured["security_groups"]?.object?.names.first ?? ""
      let translated = rules.map {
        $0["remote_group_id"] == .string(theirGroup) ? $0.with("remote_group_id", group) : $0
      }
      #expect(Set((answer.securityGroups[group]?.array ?? []).map(\.sorted)) == Set(translated.map(\.sorted)))
      #expect(answer.securityGroups.object?.names == [group])
      #expect(answer.memberIPs == .object([group: captured["sg_member_ips"]?.object?.members.first?.value ?? .null]))
    }
  }

  @Test("members are the addresses and the address pairs of all ports of the groups that rules refer to")
  func members() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let network = try await cloud.network().id
      let (servers, clients) = (try await cloud.newGroup("servers"), try await cloud.newGroup("clients"))
      _ = try await cloud.addRule(
        to: servers,
        ["protocol": "tcp", "port_range_min": 80, "port_range_max": 80, "remote_group_id": .string(clients)])
      func port(_ group: String, _ address: String, _ pairs: JSONValue = []) async throws -> String {
        try await cloud.create(
          "port",
          [
            "network_id": .string(network), "security_groups": [.string(group)], "binding:host_id": "compute1",
            "fixed_ips": [["ip_address": .string(address)]], "allowed_address_pairs": pairs,
          ]
        ).text("id")
      }
      let server = try await port(servers, "10.101.0.10")
      _ = try await port(
        clients, "10.101.0.20",
        [["ip_address": "10.9.0.0/16", "mac_address": "fa:16:3e:00:00:09"], ["ip_address": "fd00::1"]])
      _ = try await port(clients, "10.101.0.21")
      let answer = try await cloud.call(SecurityGroupInfoForDevices.self, .init(devices: ["tap\(server.prefix(11))"]))
      // Rules of IPv4 alone refer to the group, so that members of IPv6 are not told.
      let addresses = answer.memberIPs[clients]?.object
      #expect(addresses?.names == ["IPv4"])
      #expect(
        Set(addresses?["IPv4"]?.array ?? []) == [
          ["10.101.0.20", .null], ["10.101.0.21", .null], ["10.9.0.0/16", "fa:16:3e:00:00:09"],
        ])
      #expect(answer.securityGroups.object?.names == [servers])
    }
  }

  @Test("neither an unknown device nor a network service's port is filtered")
  func unfiltered() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      let network = try await cloud.network().id
      let port = try await cloud.create(
        "port", ["network_id": .string(network), "device_owner": "network:dhcp", "binding:host_id": "compute1"])
      let answer = try await cloud.call(
        SecurityGroupInfoForDevices.self, .init(devices: ["tap00000000-00", "tap\(try port.text("id").prefix(11))"]))
      #expect(answer == SecurityGroupInfoForDevices.Result())
    }
  }

  @Test("only hosts with ports that a change concerns are told of it")
  func hints() async throws {
    try await TestCloud.serve { cloud in
      try await cloud.reportState(isStart: true)
      try await cloud.reportState(host: "compute2", isStart: true)
      let network = try await cloud.network().id
      let (one, two) = (try await cloud.newGroup("one"), try await cloud.newGroup("two"))
      func port(_ group: String, on host: String) async throws -> String {
        try await cloud.create(
          "port",
          [
            "network_id": .string(network), "security_groups": [.string(group)], "binding:host_id": .string(host),
          ]
        ).text("id")
      }
      _ = try await port(one, on: "compute1")
      _ = try await port(two, on: "compute2")
      // Group one refers to two, so that compute1 has to know who is in two.
      #expect(try await cloud.addRule(to: one, ["remote_group_id": .string(two)]).status == 201)
      var first = try await cloud.client(host: "compute1").messages().makeAsyncIterator()
      var second = try await cloud.client(host: "compute2").messages().makeAsyncIterator()
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await NetworkHousekeeping(cloud.service).run() }
        defer { tasks.cancelAll() }
        // What happened before: the rule, and the port in two.
        #expect(try await Self.hint(&first) == "security_groups_rule_updated \(one)")
        #expect(try await Self.hint(&first) == "security_groups_member_updated \(two)")
        _ = try await port(two, on: "compute3")
        #expect(try await Self.hint(&first) == "security_groups_member_updated \(two)")
        _ = try await cloud.addRule(to: two, ["protocol": "tcp"])
        #expect(try await Self.hint(&second) == "security_groups_rule_updated \(two)")
        _ = try await cloud.addRule(to: one, ["protocol": "udp"])
        #expect(try await Self.hint(&first) == "security_groups_rule_updated \(one)")
      }
    }
  }

  /// The next message that is about security groups.
  private static func hint(_ messages: inout HostMessages.Iterator) async throws -> String? {
    while let message = try await messages.next() {
      let hint =
        try message.arguments(of: SecurityGroupsRuleUpdated.self)
        ?? message.arguments(of: SecurityGroupsMemberUpdated.self)
      if let hint { return "\(message.method) \(hint.securityGroups.joined(separator: " "))" }
    }
    return nil
  }
}

extension JSONValue {
  /// The object with another text as one of its members.
  fileprivate func with(_ name: String, _ text: String) -> JSONValue {
    guard var object else { return self }
    object[name] = .string(text)
    return .object(object)
  }

  /// The object with its members in the order of their names.
  fileprivate var sorted: JSONValue {
    guard let object else { return self }
    return .object(JSONObject(members: object.members.sorted { $0.name < $1.name }))
  }
}
