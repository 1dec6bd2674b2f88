import Model
import OpenStackHTTP

// Upstream's exceptions by name and wording (`neutron_lib/exceptions/qos.py`).

extension APIError {
  static func qosPolicyNotFound(_ id: some CustomStringConvertible) -> APIError {
    .notFound("QoS policy \(id) could not be found.", type: "QosPolicyNotFound")
  }

  /// - Parameter policy: Empty where the path does not name one.
  static func qosRuleNotFound(
    _ id: some CustomStringConvertible, ofPolicy policy: some CustomStringConvertible
  ) -> APIError {
    .notFound("QoS rule \(id) for policy \(policy) could not be found.", type: "QosRuleNotFound")
  }

  static func qosPolicyInUse(_ id: UUID, by user: QoSPolicyUserName) -> APIError {
    .conflict("QoS Policy \(id) is used by \(user.kind) \(user.id).", type: "QosPolicyInUse")
  }

  static func qosPolicyDefaultAlreadyExists(_ project: String) -> APIError {
    .conflict("A default QoS policy exists for project \(project).", type: "QoSPolicyDefaultAlreadyExists")
  }

  static func qosRulesConflict(_ rule: QoSBandwidthLimitRule) -> APIError {
    .conflict(
      "Rule \(QoSBandwidthLimitRule.type) conflicts with rule \(rule.id) which already exists in QoS Policy "
        + "\(rule.policyID).",
      type: "QoSRulesConflict")
  }

  /// The port or network has a policy that the caller does not see.
  static func qosPolicyRemoveNotAuthorized(_ id: UUID) -> APIError {
    .forbidden(
      "Failed to remove provided policy \(id) because you are not authorized.", type: "PolicyRemoveAuthorizationError")
  }

  /// Upstream says this of the RBAC policy that a shared QoS policy has.
  static func qosPolicySharingInUse(_ id: UUID) -> APIError { .rbacPolicyInUse(id, "project_id=*") }
}

/// Who uses a policy, as upstream names it.
struct QoSPolicyUserName {
  let kind: String
  let id: UUID
}
