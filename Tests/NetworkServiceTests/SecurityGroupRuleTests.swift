import JSON
import NIOHTTP1
import Testing

@Suite("The rules of security groups, over the API")
struct SecurityGroupRuleTests {
  /// What is asked for, and the error that it must come to.
  private static let refusals: [(attributes: JSONValue, status: Int, type: String, message: String)] = [
    (
      ["protocol": "256"], 400, "SecurityGroupRuleInvalidProtocol", "Security group rule protocol 256 not supported."
    ),
    (["protocol": -1], 400, "SecurityGroupRuleInvalidProtocol", "Security group rule protocol -1 not supported."),
    (["protocol": [:]], 400, "SecurityGroupRuleInvalidProtocol", "Security group rule protocol {} not supported."),
    (
      ["port_range_min": 1, "port_range_max": 2], 400, "SecurityGroupProtocolRequiredWithPorts",
      "Must also specify protocol if port range is given."
    ),
    (
      ["protocol": "tcp", "port_range_min": 2, "port_range_max": 1], 400, "SecurityGroupInvalidPortRange",
      "For TCP/UDP protocols, port_range_min must be <= port_range_max"
    ),
    (["protocol": "udp", "port_range_min": 2], 400, "SecurityGroupInvalidPortRange", "For TCP/UDP protocols"),
    (
      ["protocol": "tcp", "port_range_min": 0, "port_range_max": 1], 400, "SecurityGroupInvalidPortValue",
      "Invalid value for port 0"
    ),
    (
      ["protocol": "tcp", "port_range_min": 1, "port_range_max": 65536], 400, "SecurityGroupInvalidPortValue",
      "Invalid value for port 65536"
    ),
    (
      ["protocol": "tcp", "port_range_min": "ssh"], 400, "SecurityGroupInvalidPortValue", "Invalid value for port ssh"
    ),
    (
      ["protocol": "icmp", "port_range_min": 256], 400, "SecurityGroupInvalidIcmpValue",
      "Invalid value for ICMP type (port_range_min) 256. It must be 0 to 255."
    ),
    (
      ["protocol": "icmp", "port_range_min": 1, "port_range_max": 256], 400, "SecurityGroupInvalidIcmpValue",
      "Invalid value for ICMP code (port_range_max) 256. It must be 0 to 255."
    ),
    (
      ["protocol": "icmp", "port_range_max": 0], 400, "SecurityGroupMissingIcmpType",
      "ICMP code (port-range-max) 0 is provided but ICMP type (port-range-min) is missing."
    ),
    (
      ["protocol": "vrrp", "port_range_min": 1, "port_range_max": 1], 400, "SecurityGroupInvalidProtocolForPort",
      "Ports cannot be specified for protocol 112. Ports are only supported for DCCP, SCTP, TCP, UDP, UDPLITE."
    ),
    (
      ["ethertype": "IPv5"], 400, "SecurityGroupRuleInvalidEtherType",
      "Security group rule for ethertype 'IPv5' not supported. Allowed values are ['IPv4', 'IPv6']."
    ),
    (
      ["protocol": "ipv6-icmp"], 400, "SecurityGroupEthertypeConflictWithProtocol",
      "Invalid ethertype IPv4 for protocol ipv6-icmp."
    ),
    (
      ["remote_ip_prefix": "2001:db8::/32"], 400, "SecurityGroupRuleParameterConflict",
      "Conflicting value ethertype IPv4 for CIDR 2001:db8::/32"
    ),
    (["remote_ip_prefix": "10.0.0.0/33"], 400, "InvalidCIDR", "Invalid CIDR 10.0.0.0/33 given as IP prefix."),
    (["direction": "up"], 400, "HTTPBadRequest", "Invalid input for direction."),
    (["remote_group_id": "nobody"], 404, "SecurityGroupNotFound", "Security group nobody does not exist"),
    (
      ["remote_group_id": "7d9b8a1e-8a3e-4a53-9b36-5c4f3c1f6a10", "remote_ip_prefix": "10.0.0.0/8"], 400,
      "SecurityGroupMultipleRemoteEntites",
      "Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided."
    ),
    (
      ["remote_address_group_id": "7d9b8a1e-8a3e-4a53-9b36-5c4f3c1f6a10"], 404, "AddressGroupNotFound",
      "Address group 7d9b8a1e-8a3e-4a53-9b36-5c4f3c1f6a10 could not be found."
    ),
    (["security_group_id": "nobody"], 404, "SecurityGroupNotFound", "Security group nobody does not exist"),
    (["colour": "red"], 400, "HTTPBadRequest", "Unrecognized attribute(s) 'colour'"),
    (["normalized_cidr": "10.0.0.0/8"], 400, "HTTPBadRequest", "Attribute 'normalized_cidr' not allowed in POST"),
    (["tenant_id": "other"], 201, "", ""),
  ]

  @Test("every rule that makes no sense is refused with upstream's error")
  func refusals() async throws {
    try await TestCloud.serve { cloud in
      let group = try await cloud.newGroup("g")
      for test in Self.refusals {
        var attributes: [String: JSONValue] = ["security_group_id": .string(group), "direction": "ingress"]
        for member in test.attributes.object?.members ?? [] { attributes[member.name] = member.value }
        let answer = try await cloud.send(
          .POST, "/v2.0/security-group-rules", body: ["security_group_rule": .object(attributes)])
        #expect(answer.status == test.status, "\(test.attributes)")
        guard test.status != 201 else { continue }
        #expect(answer.errorType == test.type, "\(test.attributes)")
        #expect(
          answer.errorMessage?.hasPrefix(test.message) == true, "\(answer.errorMessage ?? "") for \(test.attributes)")
      }
      for missing in ["security_group_id", "direction"] {
        var attributes: [String: JSONValue] = ["security_group_id": .string(group), "direction": "ingress"]
        attributes[missing] = nil
        let answer = try await cloud.send(
          .POST, "/v2.0/security-group-rules", body: ["security_group_rule": .object(attributes)])
        #expect(answer.errorMessage == "Failed to parse request. Required attribute '\(missing)' not specified")
      }
    }
  }

  @Test("a rule is kept as it was written, and shown with what it means")
  func values() async throws {
    let cases: [(sent: [String: JSONValue], shown: [String: JSONValue])] = [
      (["protocol": "TCP"], ["protocol": "tcp"]), (["protocol": 17], ["protocol": "17"]),
      (["protocol": "any"], ["protocol": .null]),
      (["ethertype": "ipv6", "protocol": "icmp"], ["ethertype": "IPv6", "protocol": "ipv6-icmp"]),
      (["ethertype": "IPv6", "protocol": "1", "port_range_min": 8], ["protocol": "58", "port_range_min": 8]),
      (["protocol": "udp", "port_range_min": "53", "port_range_max": "53"], ["port_range_max": 53]),
      (["protocol": "sctp", "port_range_min": 1, "port_range_max": 65535], ["port_range_min": .null]),
      (["remote_ip_prefix": "10.0.0.5/8"], ["remote_ip_prefix": "10.0.0.5/8", "normalized_cidr": "10.0.0.0/8"]),
      (["remote_ip_prefix": "10.9.9.9"], ["remote_ip_prefix": "10.9.9.9/32", "normalized_cidr": "10.9.9.9/32"]),
      (
        ["ethertype": "IPv6", "remote_ip_prefix": "2001:DB8::1/64"],
        ["remote_ip_prefix": "2001:db8::1/64", "normalized_cidr": "2001:db8::/64"]
      ),
      (["protocol": "esp", "description": "d"], ["description": "d", "remote_address_group_id": .null]),
    ]
    try await TestCloud.serve { cloud in
      let group = try await cloud.newGroup("g")
      for test in cases {
        let answer = try await cloud.addRule(to: group, test.sent)
        #expect(answer.status == 201, "\(test.sent) \(answer.body ?? .null)")
        guard let rule = answer.body?["security_group_rule"], let id = rule["id"]?.string else { continue }
        for (name, value) in test.shown { #expect(rule[name] == value, "\(name) of \(test.sent)") }
        #expect(try await cloud.get("/v2.0/security-group-rules/\(id)").body?["security_group_rule"] == rule)
      }
    }
  }

  @Test("a rule that says the same as one that is there is refused, naming it")
  func duplicates() async throws {
    let pairs: [(first: [String: JSONValue], second: [String: JSONValue], isSame: Bool)] = [
      (["protocol": "tcp"], ["protocol": "6"], true), (["protocol": "udp"], ["protocol": "UDP"], true),
      (["protocol": "esp"], ["protocol": "esp", "description": "another"], true),
      (["protocol": "ah"], ["protocol": "ah", "remote_ip_prefix": "0.0.0.0/0"], true),
      (["protocol": "gre"], ["protocol": "gre", "remote_ip_prefix": "10.0.0.0/8"], false),
      (["protocol": "egp"], ["protocol": "egp", "direction": "egress"], false),
      (["protocol": "igmp"], ["protocol": "igmp", "ethertype": "IPv6"], false),
      (["protocol": "icmp", "port_range_min": 8], ["protocol": "icmp"], false),
      (
        ["protocol": "sctp", "port_range_min": 1, "port_range_max": 1],
        ["protocol": "132", "port_range_min": 1, "port_range_max": 1], true
      ),
    ]
    try await TestCloud.serve { cloud in
      let (group, other) = (try await cloud.newGroup("g"), try await cloud.newGroup("h"))
      for pair in pairs {
        let first = try await cloud.addRule(to: group, pair.first)
        let id = try #require(first.body?["security_group_rule"]?["id"]?.string, "\(pair.first)")
        let second = try await cloud.addRule(to: group, pair.second)
        #expect(second.status == (pair.isSame ? 409 : 201), "\(pair.second)")
        if pair.isSame {
          #expect(second.errorMessage == "Security group rule already exists. Rule id is \(id).")
        }
        // What another group says is another matter.
        #expect(try await cloud.addRule(to: other, pair.first).status == 201)
      }
    }
  }

  @Test("several rules are added to one group at once, all or none")
  func bulk() async throws {
    try await TestCloud.serve { cloud in
      let (one, two) = (try await cloud.newGroup("one"), try await cloud.newGroup("two"))
      func add(_ rules: JSONValue...) async throws -> Answer {
        try await cloud.send(.POST, "/v2.0/security-group-rules", body: ["security_group_rules": .array(rules)])
      }
      func rule(_ group: String, _ ipProtocol: JSONValue) -> JSONValue {
        ["security_group_id": .string(group), "direction": "ingress", "protocol": ipProtocol]
      }
      let added = try await add(rule(one, "tcp"), rule(one, "udp"))
      #expect(added.status == 201)
      #expect(added.body?["security_group_rules"]?.array?.count == 2)
      // Upstream counts the revision up once a statement; we once a request.
      #expect(try await cloud.group(one)["revision_number"] == 2)
      #expect(try await add(rule(one, "esp"), rule(two, "esp")).errorType == "SecurityGroupNotSingleGroupRules")
      #expect(try await add(rule(one, "esp"), rule(one, "50")).errorType == "DuplicateSecurityGroupRuleInPost")
      #expect(try await add(rule(one, "esp"), rule(one, "tcp")).errorType == "SecurityGroupRuleExists")
      #expect(try await add(rule(one, "esp"), rule(one, "nonsense")).status == 400)
      #expect(try await cloud.group(one)["security_group_rules"]?.array?.count == 4)
    }
  }

  @Test("rules are filtered by what they say")
  func filters() async throws {
    try await TestCloud.serve { cloud in
      let (group, remote) = (try await cloud.newGroup("g"), try await cloud.newGroup("r"))
      let first = try await cloud.addRule(
        to: group,
        ["protocol": "tcp", "port_range_min": 80, "port_range_max": 81, "remote_ip_prefix": "10.0.0.5/8"])
      let second = try await cloud.addRule(
        to: group, ["protocol": "udp", "remote_group_id": .string(remote), "description": "d"])
      let ids = [first, second].compactMap { $0.body?["security_group_rule"]?["id"]?.string }
      #expect(ids.count == 2)
      let base = "/v2.0/security-group-rules?security_group_id=\(group)&direction=ingress&fields=id"
      let cases: [(query: String, ids: Set<String>)] = [
        ("", Set(ids)), ("protocol=tcp", [ids[0]]), ("protocol=tcp&protocol=udp", Set(ids)),
        ("port_range_min=80", [ids[0]]),
        ("remote_ip_prefix=10.0.0.5/8", [ids[0]]), ("normalized_cidr=10.0.0.0/8", [ids[0]]),
        ("remote_group_id=\(remote)", [ids[1]]), ("description=d", [ids[1]]), ("ethertype=IPv6", []),
        ("belongs_to_default_sg=False", Set(ids)), ("belongs_to_default_sg=True", []),
        ("project_id=\(adminProject)", Set(ids)), ("remote_address_group_id=x", []), ("id=\(ids[1])", [ids[1]]),
      ]
      for test in cases {
        let rules = try await cloud.get("\(base)&\(test.query)").body?["security_group_rules"]?.array ?? []
        #expect(Set(try rules.map { try $0.text("id") }) == test.ids, "\(test.query)")
      }
      #expect(try await cloud.get("/v2.0/security-group-rules?colour=red").status == 400)
      let pages = try await cloud.get("\(base)&sort_key=protocol&sort_dir=desc&limit=1").body
      #expect(pages?["security_group_rules"] == [["id": .string(ids[1])]])
      #expect(pages?["security_group_rules_links"]?.array?.first?["rel"] == "next")
    }
  }
}
