import Foundation
import JSON
import Model
import NIOHTTP1
import NetworkService
import Testing

/// Requests to a real Neutron and its answers, in the order in which they were made (Debian's OpenStack Zed). The same
/// requests are made of our service, and the answers compared: status, error type and wording, the members that are
/// there, and their values where they do not depend on chance or on the clock.
@Suite("Against what a real Neutron answered")
struct CaptureTests {
  @Test("every captured request is answered as Neutron answered it")
  func replay() async throws {
    let captures = try Capture.all()
    #expect(captures.count > 60)
    // VLANs were not among the kinds of network of the installation that was captured.
    var configuration = NetworkConfiguration()
    configuration.segments.types.remove(.vlan)
    // There was no limit to anything that has an option of its own there, but to sharing.
    configuration.quotas = QuotaConfiguration(all: -1)
    configuration.quotas[.rbacPolicy] = 10
    try await TestCloud.serve(configuration: configuration) { cloud in
      try await cloud.reportState(isStart: true)
      // The network that the captured refusals of flat networks met.
      _ = try await cloud.create(
        "network", ["provider:network_type": "flat", "provider:physical_network": "physnet1"])
      var replay = Replay()
      for capture in captures {
        if capture.name == "subnet-delete" { try await Self.deletePorts(cloud, replay) }
        let answer = try await cloud.send(
          HTTPMethod(rawValue: capture.method), replay.translated(capture.path), token: capture.token,
          headers: capture.headers, body: capture.body.map { replay.translated($0) })
        replay.compare(answer, with: capture)
      }
    }
  }

  @Test("an extension that is advertised reads as Neutron's")
  func extensions() async throws {
    let captured = try #require(try Capture.all().first { $0.name == "extensions" }?.answer?["extensions"]?.array)
    try await TestCloud.serve { cloud in
      let ours = try #require(try await cloud.get("/v2.0/extensions").body?["extensions"]?.array)
      for wanted in ours where !Self.laterExtensions.contains(wanted["alias"]?.string ?? "") {
        #expect(captured.contains(wanted), "\(wanted)")
      }
      let aliases = Set(ours.compactMap { $0["alias"]?.string })
      #expect(
        aliases.isSuperset(of: ["binding", "agent", "provider", "standard-attr-timestamp", "pagination", "sorting"]))
      #expect(aliases.isDisjoint(with: ["router", "address-group", "trunk"]))
    }
  }

  /// What releases after the captured one have brought.
  private static let laterExtensions: Set<String> = [
    "security-groups-default-rules", "security-groups-rules-belongs-to-default-sg", "quota-check-limit-default",
    "tag-creation",
    // Known to the captured one too, but its installation had no QoS.
    "qos", "qos-bw-limit-direction", "qos-default", "qos-port-network-policy", "qos-rule-type-details",
    "qos-rule-type-filter", "qos-rules-alias",
  ]

  /// The captured run deleted what was left on the network before it deleted the subnet.
  private static func deletePorts(_ cloud: TestCloud, _ replay: Replay) async throws {
    let ports = try await cloud.get("/v2.0/ports?fields=id").body?["ports"]?.array ?? []
    for port in ports { _ = try await cloud.send(.DELETE, "/v2.0/ports/\(try port.text("id"))") }
  }
}

/// One exchange of `Captures/networking.jsonl`.
struct Capture: Sendable {
  var name: String
  var method: String
  var path: String
  var token: String?
  var headers: [(String, String)]
  var body: JSONValue?
  var status: Int
  var answer: JSONValue?

  static func all() throws -> [Capture] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Captures/networking.jsonl")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
      let json = try JSONValue(parsing: String(line))
      let headers = json["headers"]?.object?.members ?? []
      return Capture(
        name: try json.text("name"), method: try json.text("method"), path: try json.text("path"),
        token: headers.first { $0.name == "X-Auth-Token" }?.value.string,
        headers: headers.filter { $0.name != "X-Auth-Token" }.map { ($0.name, $0.value.string ?? "") },
        body: json["body"].flatMap { $0.isNull ? Optional.none : $0 }, status: Int(json["status"]?.integer ?? 0),
        answer: json["answer"].flatMap { $0.isNull ? Optional.none : $0 })
    }
  }
}

/// Knows which of our ids, addresses and links stand for the captured ones, and compares.
struct Replay {
  private var ours: [String: String] = [:]

  /// Members whose values chance, the clock, the number of changes before or a DHCP server's own port decide.
  private static let volatile: Set<String> = [
    "created_at", "updated_at", "started_at", "heartbeat_timestamp", "revision_number", "provider:segmentation_id",
    "href", "configurations", "standard_attr_id", "used_ips",
  ]
  /// What we do not have yet and do not pretend to have; and what a later release than the captured one shows of a rule.
  private static let different: Set<String> = [
    "bound_drivers", "belongs_to_default_sg", "qos_policy_id", "qos_network_policy_id",
  ]

  /// The text with our values for the captured ones. First all are marked and then the marks replaced, the longest
  /// first: one of our addresses may be another captured one, or its beginning.
  func translated(_ text: String) -> String {
    let known = ours.sorted { $0.key.utf8.count > $1.key.utf8.count }.enumerated()
    let marked = known.reduce(text) { text, pair in
      text.replacingOccurrences(of: pair.element.key, with: "\u{1}\(pair.offset)\u{2}")
    }
    guard marked != text else { return text }
    return known.reduce(marked) { text, pair in
      text.replacingOccurrences(of: "\u{1}\(pair.offset)\u{2}", with: pair.element.value)
    }
  }

  func translated(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): .string(translated(text))
    case .array(let elements): .array(elements.map(translated))
    case .object(let object):
      .object(
        JSONObject(
          members: object.members.map { JSONObject.Member(name: $0.name, value: translated($0.value)) }))
    default: value
    }
  }

  mutating func compare(_ answer: Answer, with capture: Capture) {
    #expect(answer.status == capture.status, "\(capture.name): \(String(describing: answer.body))")
    if capture.status == 201, let captured = capture.answer, let body = answer.body { learn(captured, body) }
    #expect(answer.headers.contains(name: "X-Openstack-Request-Id"), "\(capture.name)")
    guard let captured = capture.answer else {
      #expect(answer.body == nil, "\(capture.name)")
      return
    }
    guard let body = answer.body else {
      Issue.record("\(capture.name) has no body")
      return
    }
    // What these answers tell of is larger there: more resources, more extensions, more ports.
    // Which port comes first is chance in two others.
    if ["extensions", "discovery-v2.0", "agents", "port-list-paged", "port-list-sorted"].contains(capture.name) {
      return compareFirst(body, captured, capture.name)
    }
    if capture.name == "network-in-use" || capture.name == "port-update-if-match-wrong" {
      #expect(answer.errorType == captured["NeutronError"]?["type"]?.string)
      return
    }
    compare(body, captured, path: capture.name)
  }

  private func compareFirst(_ ours: JSONValue, _ theirs: JSONValue, _ name: String) {
    guard let collection = theirs.object?.names.first, let left = ours[collection]?.array?.first,
      let right = theirs[collection]?.array?.first
    else {
      Issue.record("\(name) has no list")
      return
    }
    let names = [left, right].map { Set($0.object?.names ?? []).subtracting(Self.different) }
    #expect(names[0] == names[1], "\(name)")
  }

  private func compare(_ ours: JSONValue, _ theirs: JSONValue, path: String) {
    switch (ours, theirs) {
    case (.object(let left), .object(let right)):
      let names = Set(left.names).subtracting(Self.different)
      let captured = Set(right.names).subtracting(Self.different)
      #expect(names == captured, "\(path)")
      for name in names.intersection(captured) {
        guard let left = left[name], let right = right[name] else { continue }
        if Self.volatile.contains(name) {
          #expect(Self.kind(left) == Self.kind(right), "\(path).\(name)")
        } else {
          compare(left, right, path: "\(path).\(name)")
        }
      }
    case (.array(let left), .array(let right)):
      let pairs = right.compactMap { right in
        guard let id = right["id"]?.string else { return nil as (JSONValue, JSONValue)? }
        return left.first { $0["id"]?.string == translated(id) }.map { ($0, right) }
      }
      for (left, right) in pairs { compare(left, right, path: "\(path)[\(right["id"] ?? .null)]") }
      // Lists of ports have as many elements as there were ports.
      guard pairs.isEmpty, let left = left.first, let right = right.first else { return }
      compare(left, right, path: "\(path)[0]")
    case (.string(let left), .string(let right)):
      #expect(left == translated(right), "\(path)")
    default: #expect(ours == theirs, "\(path)")
    }
  }

  /// Learns from the answer to a creation which of our values stand for the captured ones.
  private mutating func learn(_ captured: JSONValue, _ body: JSONValue) {
    switch (captured, body) {
    case (.object(let left), .object(let right)):
      for member in left.members where !Self.volatile.contains(member.name) {
        if let value = right[member.name] { learn(member.value, value) }
      }
    case (.array(let left), .array(let right)): for (left, right) in zip(left, right) { learn(left, right) }
    case (.string(let left), .string(let right)) where left != right && left.utf8.count > 6: ours[left] = right
    default: break
    }
  }

  private static func kind(_ value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool: "bool"
    case .integer, .number: "number"
    case .string(let text): "text of \(text.hasPrefix("http") ? 0 : text.utf8.count)"
    case .array: "list"
    case .object: "object"
    }
  }
}
