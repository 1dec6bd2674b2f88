import Foundation
import JSON
import Netlink
import PacketTable
import Support
import Synchronization
import Testing

/// The network of the packet table with its ports and groups, made through the API; its taps are in the hands of the test.
final class FilteredNetwork: Sendable {
  private struct Plugged {
    let port: TestPort
    let id: String
    let tap: Tap
  }

  /// The agent wires and filters, and does nothing else here.
  static let agentOptions = ["OS_PLUGBOARD__ROLES": "l2"]

  private let installation: Installation
  private let api: API
  private let namespace: Netlink.NetworkNamespace
  private let id: String
  /// The ids of the groups by name.
  private let groups: [String: String]
  private let plugged = Mutex<[String: Plugged]>([:])
  private let questions = Mutex(0)

  /// Makes everything, and waits until all ports are ACTIVE.
  init(_ installation: Installation) async throws {
    self.installation = installation
    api = try await API(installation)
    namespace = try #require(try Netlink.NetworkNamespace.named(installation.namespace.name))
    id = try await api.makeFilteredNetwork()
    groups = try await api.makeGroups(PacketScene.groups)
    for port in PacketScene.ports { try await plug(port) }
    try await waitUntilActive()
  }

  /// Makes a port that is bound to the host, and its tap.
  func plug(_ port: TestPort) async throws {
    var body = JSONObject()
    body["network_id"] = .string(id)
    body["name"] = .string(port.name)
    body["mac_address"] = .string(port.mac)
    body["fixed_ips"] = .array(port.addresses.map { ["ip_address": .string($0)] })
    body["device_owner"] = .string(port.owner)
    body["binding:host_id"] = .string(Installation.host)
    body["port_security_enabled"] = .bool(port.isSecure)
    if port.isSecure { body["security_groups"] = .array(port.groups.compactMap { groups[$0].map(JSONValue.string) }) }
    if !port.pairs.isEmpty {
      body["allowed_address_pairs"] = .array(
        port.pairs.map { ["ip_address": .string($0[0]), "mac_address": .string($0.count > 1 ? $0[1] : port.mac)] })
    }
    let made = try await api.checked("POST", .networking, "/v2.0/ports", ["port": .object(body)])
    let id = try #require(made["port"]?["id"]?.string)
    let tap = try Tap("tap\(id.prefix(11))", in: namespace)
    plugged.withLock { $0[port.name] = Plugged(port: port, id: id, tap: tap) }
  }

  /// Deletes a port and its tap, the tap first as a hypervisor does, or the port first as somebody may.
  func unplug(_ name: String, tapFirst: Bool) async throws {
    var gone = plugged.withLock { $0.removeValue(forKey: name) }
    let id = try #require(gone).id
    if tapFirst { gone = nil }
    try await api.checked("DELETE", .networking, "/v2.0/ports/\(id)")
    gone = nil
  }

  /// Lets the group's ports be reached at a port; returns the rule's id.
  func addRule(_ number: Int, to group: String) async throws -> String {
    try await api.makeRule(.rule("ingress", "IPv4", "tcp", number...number, prefix: "192.0.2.0/24"), in: groups, group)
  }

  func removeRule(_ id: String) async throws {
    try await api.checked("DELETE", .networking, "/v2.0/security-group-rules/\(id)")
  }

  func waitUntilActive() async throws {
    let count = plugged.withLock { $0.count }
    try await waitUntil("\(count) ports are ACTIVE") {
      try installation.database.count("SELECT count(*) FROM ports WHERE status = 'ACTIVE'") == count
    }
  }

  /// What the kernel has for the ports, in an order of its own.
  func rules() async throws -> [Substring] {
    var words: [Substring] = []
    for table in [["bridge", "plugboard"], ["inet", "plugboard_ct"]] {
      let listing = try await installation.namespace.run(["nft", "list", "table"] + table)
      words += listing.output.split { " ,\n\t".contains($0) }
    }
    return words.sorted()
  }

  private static let allZones = Set(0...UInt16.max)

  /// Sends every packet of the table.
  func checkTable(_ when: String) async throws {
    let connections = try ConntrackTable(in: namespace)
    for row in PacketScene.table {
      // Each row is judged for itself, not as a part of what a row before began.
      _ = try await connections.delete(try await connections.connections(zones: Self.allZones))
      let number = questions.withLock { questions in
        questions += 1
        return questions
      }
      let (from, to) = try plugged.withLock { (try #require($0[row.from]), try #require($0[row.to])) }
      let passage = PacketPassage(from.port, from: from.tap, to: to.tap, number: number)
      let passed = try passage.passes(row.frames(), looking: row.token)
      #expect(passed == row.passes, "\(when): \(row.name)")
    }
  }

  /// Sends the table's packets again and again as long as `disturbance` lasts.
  func checkTable(_ when: String, during disturbance: @escaping @Sendable () async throws -> Void) async throws {
    let end = End()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { end.hasCome.withLock { $0 = true } }
        try await disturbance()
      }
      var rounds = 0
      while !end.hasCome.withLock({ $0 }) || rounds == 0 {
        try await checkTable(when)
        rounds += 1
      }
      try await group.waitForAll()
      print("\(when): the table was sent \(rounds) times")
    }
  }
}

/// Whether something is over.
private final class End: Sendable {
  let hasCome = Mutex(false)
}

extension API {
  /// A network with the subnets of the packet table, which nobody serves addresses on; returns its id.
  fileprivate func makeFilteredNetwork() async throws -> String {
    let network = try await checked(
      "POST", .networking, "/v2.0/networks", ["network": ["name": "filtered", "provider:network_type": "local"]])
    let id = try #require(network["network"]?["id"]?.string)
    for (version, prefix) in [(4, "10.0.0.0/24"), (6, "2001:db8::/64")] {
      try await checked(
        "POST", .networking, "/v2.0/subnets",
        [
          "subnet": [
            "network_id": .string(id), "ip_version": JSONValue(version), "cidr": .string(prefix), "enable_dhcp": false,
            "gateway_ip": nil,
          ]
        ])
    }
    return id
  }

  /// Makes groups with these rules and no other ones; returns their ids by name.
  fileprivate func makeGroups(_ groups: [String: [JSONValue]]) async throws -> [String: String] {
    var ids: [String: String] = [:]
    for name in groups.keys {
      let made = try await checked(
        "POST", .networking, "/v2.0/security-groups", ["security_group": ["name": .string(name)]])
      ids[name] = try #require(made["security_group"]?["id"]?.string)
      for rule in made["security_group"]?["security_group_rules"]?.array ?? [] {
        try await checked("DELETE", .networking, "/v2.0/security-group-rules/\(rule["id"]?.string ?? "")")
      }
    }
    for (name, rules) in groups { for rule in rules { _ = try await makeRule(rule, in: ids, name) } }
    return ids
  }

  /// Makes a rule that is written as hosts are told of it; returns its id.
  fileprivate func makeRule(_ rule: JSONValue, in groups: [String: String], _ group: String) async throws -> String {
    var body = rule.object ?? JSONObject()
    body["stateful"] = nil
    body["remote_ip_prefix"] = body["source_ip_prefix"] ?? body["dest_ip_prefix"]
    (body["source_ip_prefix"], body["dest_ip_prefix"]) = (nil, nil)
    body["remote_group_id"] = body["remote_group_id"]?.string.flatMap { groups[$0] }.map(JSONValue.string)
    body["security_group_id"] = groups[group].map(JSONValue.string)
    let made = try await checked(
      "POST", .networking, "/v2.0/security-group-rules", ["security_group_rule": .object(body)])
    return try #require(made["security_group_rule"]?["id"]?.string)
  }
}
