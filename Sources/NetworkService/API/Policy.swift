import JSON
import OpenStackHTTP

/// Who may do something: any of these is enough. The checks are those of `neutron_lib/policy/rules.py` and
/// `neutron/conf/policies/base.py`.
///
/// An administrator may whatever a service may, as in an installation whose services log in as administrators.
struct PolicyRule: OptionSet, Hashable, Sendable {
  let rawValue: UInt32

  static let admin = PolicyRule(rawValue: 1 << 0)
  static let service = PolicyRule(rawValue: 1 << 1)
  /// Of the project that the resource belongs to.
  static let reader = PolicyRule(rawValue: 1 << 2)
  static let member = PolicyRule(rawValue: 1 << 3)
  static let manager = PolicyRule(rawValue: 1 << 4)
  /// Of the project that the resource's network belongs to.
  static let networkReader = PolicyRule(rawValue: 1 << 5)
  static let networkMember = PolicyRule(rawValue: 1 << 6)
  static let networkManager = PolicyRule(rawValue: 1 << 7)
  /// Of the project that the rule's security group belongs to.
  static let groupReader = PolicyRule(rawValue: 1 << 8)
  static let groupMember = PolicyRule(rawValue: 1 << 9)
  /// Whoever the resource, or its network, is shared with.
  static let shared = PolicyRule(rawValue: 1 << 10)
  /// The same, but not a mere reader: upstream's policies forget to ask, and readers may not write.
  static let sharedMember = PolicyRule(rawValue: 1 << 15)
  /// Anybody, if the network is external.
  static let external = PolicyRule(rawValue: 1 << 11)
  /// Who has the role in any project.
  static let anyReader = PolicyRule(rawValue: 1 << 12)
  /// Anybody, unless the device owner is one that the network itself uses.
  static let ordinaryDevice = PolicyRule(rawValue: 1 << 13)
  /// Anybody, unless the sharing is with all projects at once.
  static let oneTarget = PolicyRule(rawValue: 1 << 14)
}

/// What something is done with, as far as policies look at it.
struct PolicyTarget: Hashable, Sendable {
  var project: String?
  var networkProject: String?
  var groupProject: String?
  /// The resource or its network is shared with the caller.
  var isShared = false
  var isExternal = false
  /// The device owner begins with `network:`.
  var isNetworkDevice = false
  /// The sharing is with `*`.
  var isForAll = false
  /// Nothing is known yet: what depends on the target alone is taken for granted.
  var isUnknown = false

  /// For a check before the target has been looked at: who fails this one fails with every target.
  static let unknown = PolicyTarget(isUnknown: true)
}

extension PolicyRule {
  /// The rule's verdict; pure.
  func allows(_ caller: NetworkCaller, _ target: PolicyTarget) -> Bool {
    guard !caller.projectID.isEmpty else { return false }
    if caller.isAdmin || (contains(.service) && caller.isService) { return true }
    if contains(.anyReader), caller.roles.contains(.reader) { return true }
    let isShared = target.isShared || target.isUnknown
    if isShared, contains(.shared) || (contains(.sharedMember) && caller.roles.contains(.member)) { return true }
    if contains(.external), target.isExternal || target.isUnknown { return true }
    if contains(.ordinaryDevice), !target.isNetworkDevice { return true }
    if contains(.oneTarget), !target.isForAll { return true }
    return allows(caller, .reader, .member, .manager, in: target.project, target)
      || allows(caller, .networkReader, .networkMember, .networkManager, in: target.networkProject, target)
      || allows(caller, .groupReader, .groupMember, nil, in: target.groupProject, target)
  }

  private func allows(
    _ caller: NetworkCaller, _ reader: PolicyRule, _ member: PolicyRule, _ manager: PolicyRule?,
    in project: String?, _ target: PolicyTarget
  ) -> Bool {
    guard target.isUnknown || project == caller.projectID else { return false }
    return (contains(reader) && caller.roles.contains(.reader)) || (contains(member) && caller.roles.contains(.member))
      || (manager.map(contains) == true && caller.roles.contains(.manager))
  }
}

/// The table of who may do what: `PolicyTable.rules["create_network:shared"]`.
enum PolicyTable {
  /// By upstream's names of the rules; an attribute without one follows its action.
  static let rules: [String: PolicyRule] =
    [networkRules, subnetRules, portRules, groupRules, qosRules, otherRules].reduce(into: [:]) { all, some in
      all.merge(some) { first, _ in first }
    }
}

extension NetworkCaller {
  /// Whether the caller may do that with the target; what has no rule only an owner may (upstream's rule `default`).
  func may(_ rule: String, _ target: PolicyTarget) -> Bool {
    (PolicyTable.rules[rule] ?? [.admin, .member]).allows(self, target)
  }

  /// - Throws: `APIError` 403 `PolicyNotAuthorized`.
  func require(_ rule: String, _ target: PolicyTarget) throws {
    guard may(rule, target) else { throw APIError.policyNotAuthorized("rule:\(rule)") }
  }
}
