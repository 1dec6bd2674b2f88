import HTTPTypes
import JSON
import NIOHTTP1
import OpenStackHTTP
import Testing

@testable import NetworkService

@Suite("Who may do what")
struct PolicyTests {
  /// A caller of the project `mine`, by the role that stands in the token.
  static let callers: [(role: String, caller: NetworkCaller)] = [
    "none", "reader", "member", "manager", "service", "admin",
  ].map { ($0, NetworkCaller(projectID: "mine", roles: CallerRoles(names: [$0]))) }

  /// Targets by whose they are.
  static let targets: [(name: String, target: PolicyTarget)] = [
    ("own", PolicyTarget(project: "mine", networkProject: "theirs", groupProject: "theirs")),
    ("onOwnNetwork", PolicyTarget(project: "theirs", networkProject: "mine", groupProject: "theirs")),
    ("inOwnGroup", PolicyTarget(project: "theirs", networkProject: "theirs", groupProject: "mine")),
    ("shared", PolicyTarget(project: "theirs", networkProject: "theirs", groupProject: "theirs", isShared: true)),
    ("external", PolicyTarget(project: "theirs", networkProject: "theirs", groupProject: "theirs", isExternal: true)),
    ("other", PolicyTarget(project: "theirs", networkProject: "theirs", groupProject: "theirs")),
  ]

  /// Who may, as `role:target` with a role standing for those that imply it; administrators may everything.
  static let expected: [String: [String]] = [
    "create_network": ["member:own"],
    "create_network:shared": [],
    "create_network:provider:network_type": [],
    "get_network": ["reader:own", "none:shared", "none:external", "service"],
    "get_network:provider:segmentation_id": [],
    "update_network": ["member:own"],
    "update_network:router:external": [],
    "delete_network": ["member:own"],
    "create_subnet": ["member:onOwnNetwork"],
    "create_subnet:service_types": [],
    "get_subnet": ["reader:own", "reader:onOwnNetwork", "none:shared", "none:external", "service"],
    "update_subnet": ["member:own", "member:onOwnNetwork"],
    "delete_subnet": ["member:own", "member:onOwnNetwork"],
    "create_subnetpool:is_default": [],
    "get_subnetpool": ["reader:own", "none:shared"],
    "create_port": ["member:onOwnNetwork", "member:shared", "service"],
    "create_port:mac_address": ["member:onOwnNetwork", "service"],
    "create_port:fixed_ips:ip_address": ["member:onOwnNetwork", "service"],
    "create_port:fixed_ips:subnet_id": ["member:onOwnNetwork", "member:shared", "service"],
    "create_port:binding:host_id": ["service"],
    "create_port:binding:profile": ["service"],
    "create_port:binding:vnic_type": ["member:own", "service"],
    "create_port:port_security_enabled": ["member:onOwnNetwork", "service"],
    "create_port:allowed_address_pairs": ["member:onOwnNetwork", "service"],
    "get_port": ["reader:own", "reader:onOwnNetwork", "service"],
    "get_port:binding:host_id": ["service"],
    "update_port": ["member:own", "service"],
    "update_port:mac_address": ["manager:onOwnNetwork", "service"],
    "delete_port": ["member:own", "member:onOwnNetwork", "service"],
    "get_port_binding": ["service"],
    "create_port_binding": ["service"],
    "activate": ["service"],
    "create_security_group": ["member:own"],
    "get_security_group": ["reader:own", "none:shared"],
    "create_security_group_rule": ["member:inOwnGroup"],
    "get_security_group_rule": ["reader:inOwnGroup"],
    "delete_security_group_rule": ["member:inOwnGroup"],
    "create_default_security_group_rule": [],
    "get_default_security_group_rule": ["reader"],
    "get_agent": [],
    "update_agent": [],
    "get_availability_zone": ["reader"],
    "get_network_ip_availability": ["service"],
    "get_quota": ["manager:own"],
    "update_quota": [],
    "create_rbac_policy": ["member:own"],
    "get_rbac_policy": ["reader:own"],
    "get_network:tags": ["reader:own", "none:shared", "none:external", "service"],
    "update_port:tags": ["member:own", "service"],
    "delete_subnet:tags": ["member:own", "member:onOwnNetwork"],
  ]

  @Test("every pair of role and target gets the verdict of upstream's defaults", arguments: expected.keys.sorted())
  func table(rule: String) throws {
    let policy = try #require(PolicyTable.rules[rule])
    let allowed = Set(Self.expected[rule] ?? [])
    for (role, caller) in Self.callers {
      for (name, target) in Self.targets {
        let wanted = role == "admin" || Self.isAllowed(role, name, by: allowed)
        #expect(policy.allows(caller, target) == wanted, "\(rule): \(role) on \(name)")
      }
    }
  }

  private static func isAllowed(_ role: String, _ target: String, by allowed: Set<String>) -> Bool {
    let ranks = ["none", "reader", "member", "manager"]
    let implied = ranks.firstIndex(of: role).map { Array(ranks[...$0]) } ?? [role, "none"]
    return implied.contains { allowed.contains($0) || allowed.contains("\($0):\(target)") }
  }

  @Test(
    "every rule but those that anybody passes is refused to a reader who would write",
    arguments: PolicyTable.rules.keys.sorted())
  func readers(rule: String) throws {
    let policy = try #require(PolicyTable.rules[rule])
    guard !rule.hasPrefix("get_"), policy.isDisjoint(with: [.ordinaryDevice, .oneTarget]) else { return }
    let reader = NetworkCaller(projectID: "mine", roles: .reader)
    for (name, target) in Self.targets { #expect(!policy.allows(reader, target), "\(rule) on \(name)") }
    #expect(!policy.allows(reader, .unknown), "\(rule)")
  }

  @Test(
    "who is refused with an unknown target is refused with every target", arguments: PolicyTable.rules.keys.sorted())
  func unknownTarget(rule: String) throws {
    let policy = try #require(PolicyTable.rules[rule])
    for (role, caller) in Self.callers where !policy.allows(caller, .unknown) {
      for (name, target) in Self.targets { #expect(!policy.allows(caller, target), "\(rule): \(role) on \(name)") }
    }
  }

  @Test("a token without a project may nothing, whatever its roles", arguments: ["admin", "member", "service"])
  func noProject(role: String) {
    let caller = NetworkCaller(projectID: "", roles: CallerRoles(names: [role]))
    #expect(!caller.isAdmin && !caller.mayWrite && !caller.seesAll)
    #expect(caller.scope == "")
    for (rule, policy) in PolicyTable.rules {
      for (name, target) in Self.targets { #expect(!policy.allows(caller, target), "\(rule) on \(name)") }
    }
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    var action: PolicyAction = .create
    var kind: ResourceKind
    var body: JSONObject
    var target = PolicyTarget.unknown
    /// `nil` if it is allowed.
    var message: String?

    var testDescription: String { "\(action) \(kind.name) \(body)" }
  }

  static let refusals: [Refusal] = [
    Refusal(kind: .network, body: ["name": "a", "shared": false, "port_security_enabled": true]),
    Refusal(
      kind: .network, body: ["shared": true], message: "(rule:create_network and rule:create_network:shared)"),
    Refusal(
      kind: .network, body: ["shared": "yes", "port_security_enabled": false, "router:external": true],
      message: "(((rule:create_network and rule:create_network:shared) and rule:create_network:router:external) and "
        + "rule:create_network:port_security_enabled)"),
    Refusal(
      action: .update, kind: .network, body: ["shared": false],
      message: "(rule:update_network and rule:update_network:shared)"),
    Refusal(kind: .port, body: ["network_id": "n", "mac_address": "fa:16:3e:00:00:01"]),
    Refusal(
      kind: .port, body: ["mac_address": "fa:16:3e:00:00:01"], target: PolicyTarget(project: "mine", isShared: true),
      message: "(rule:create_port and rule:create_port:mac_address)"),
    Refusal(
      kind: .port, body: ["fixed_ips": [["subnet_id": "s"]]], target: PolicyTarget(project: "mine", isShared: true)),
    Refusal(
      kind: .port, body: ["fixed_ips": [["ip_address": "10.0.0.1"]]],
      target: PolicyTarget(project: "mine", isShared: true),
      message: "(rule:create_port and (rule:create_port:fixed_ips and (rule:create_port:fixed_ips:ip_address)))"),
    Refusal(
      kind: .port, body: ["fixed_ips": [["ip_address": "10.0.0.1"]]],
      target: PolicyTarget(project: "mine", networkProject: "mine")),
    Refusal(kind: .port, body: ["device_owner": "compute:nova"], target: PolicyTarget(project: "mine", isShared: true)),
    Refusal(
      kind: .port, body: ["device_owner": "network:dhcp"], target: PolicyTarget(project: "mine", isShared: true),
      message: "(rule:create_port and rule:create_port:device_owner)"),
    Refusal(
      kind: .port, body: ["binding:host_id": "h"],
      message: "(rule:create_port and rule:create_port:binding:host_id)"),
    Refusal(
      action: .update, kind: .port, body: ["mac_address": "fa:16:3e:00:00:01"],
      target: PolicyTarget(project: "mine", networkProject: "mine"),
      message: "(rule:update_port and rule:update_port:mac_address)"),
    Refusal(
      action: .delete, kind: .port, body: [:], target: PolicyTarget(project: "theirs"), message: "rule:delete_port"),
    Refusal(action: .delete, kind: .port, body: [:], target: PolicyTarget(project: "theirs", networkProject: "mine")),
  ]

  @Test("a member's request is judged attribute by attribute, and the refusal names the rules", arguments: refusals)
  func attributes(refusal: Refusal) {
    let member = NetworkCaller(projectID: "mine", roles: CallerRoles(names: ["member"]))
    let admin = NetworkCaller(projectID: "mine", roles: CallerRoles(names: ["admin"]))
    func judge(_ caller: NetworkCaller) throws {
      try refusal.kind.checkPolicy(refusal.action, refusal.body, caller: caller, target: refusal.target)
    }
    #expect(throws: Never.self) { try judge(admin) }
    guard let message = refusal.message else {
      #expect(throws: Never.self) { try judge(member) }
      return
    }
    let error = #expect(throws: APIError.self) { try judge(member) }
    #expect(error?.status == .forbidden)
    #expect(error?.type == "PolicyNotAuthorized")
    #expect(error?.message == "\(message) is disallowed by policy")
  }
}
