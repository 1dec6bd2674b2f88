import JSON
import Model
import OpenStackHTTP

/// What a POST or a PUT says of a QoS policy; `nil` stands for what was not sent.
struct QoSPolicyRequest: Sendable {
  private var projectID: String?
  private var name: String?
  private var description: String?
  private(set) var isShared: Bool?
  private var isDefault: Bool?

  init(new body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.qosPolicy.checkCreation(body, caller: caller)
    try self.init(AttributeReader(body))
    let project = try caller.project(for: AttributeReader(body))
    guard !project.isEmpty else { throw APIError.badRequest("Bad QoS policy request: Must have \"policy_id\".") }
    projectID = project
  }

  init(change body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.qosPolicy.checkUpdate(body, caller: caller)
    try self.init(AttributeReader(body))
  }

  private init(_ attributes: AttributeReader) throws {
    name = try attributes.text("name")
    description = try attributes.text("description", nullIsEmpty: true)
    isShared = try attributes.bool("shared")
    isDefault = try attributes.bool("is_default")
  }

  func policy(at time: Timestamp) -> QoSPolicy {
    QoSPolicy(
      id: UUID(), projectID: projectID ?? "", name: name ?? "", description: description ?? "",
      isShared: isShared ?? false, isDefault: isDefault ?? false, createdAt: time, updatedAt: time)
  }

  func applied(to policy: QoSPolicy) -> QoSPolicy {
    var changed = policy
    changed.name = name ?? policy.name
    changed.description = description ?? policy.description
    changed.isShared = isShared ?? policy.isShared
    changed.isDefault = isDefault ?? policy.isDefault
    return changed
  }
}

/// What a POST or a PUT says of a bandwidth limit rule; `nil` stands for what was not sent.
struct QoSRuleRequest: Sendable {
  private var maxKbps: Int?
  private var maxBurstKbps: Int?
  private var direction: TrafficDirection?

  init(new body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.qosRule.checkCreation(body, caller: caller)
    try self.init(AttributeReader(body))
  }

  /// - Parameter kind: ``ResourceKind/qosRule`` or its alias.
  init(change body: JSONObject, of kind: ResourceKind, caller: NetworkCaller) throws {
    try kind.checkUpdate(body, caller: caller)
    try self.init(AttributeReader(body))
  }

  private init(_ attributes: AttributeReader) throws {
    let range = 0...QoSBandwidthLimitRule.largestNumber
    maxKbps = try attributes.integer("max_kbps", in: range)
    maxBurstKbps = try attributes.integer("max_burst_kbps", in: range)
    direction = try attributes.choice("direction", TrafficDirection.self)
  }

  func rule(ofPolicy policyID: UUID) -> QoSBandwidthLimitRule {
    QoSBandwidthLimitRule(
      id: UUID(), policyID: policyID, limit: BandwidthLimit(maxKbps: maxKbps ?? 0, maxBurstKbps: maxBurstKbps ?? 0),
      direction: direction ?? .egress)
  }

  func applied(to rule: QoSBandwidthLimitRule) -> QoSBandwidthLimitRule {
    var changed = rule
    changed.limit.maxKbps = maxKbps ?? rule.limit.maxKbps
    changed.limit.maxBurstKbps = maxBurstKbps ?? rule.limit.maxBurstKbps
    changed.direction = direction ?? rule.direction
    return changed
  }
}

extension AttributeReader {
  /// Reads `qos_policy_id`: `nil` if it was not sent, `.some(nil)` for `null`.
  func qosPolicyID() throws -> UUID?? {
    let name = "qos_policy_id"
    guard has(name) else { return nil }
    return .some(isNull(name) ? nil : try uuid(name))
  }
}
