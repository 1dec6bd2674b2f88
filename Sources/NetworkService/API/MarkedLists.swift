import OpenStackHTTP
import Store

/// A list whose marker may be one that does not exist.
protocol MarkedList {
  /// What is answered to a marker that is no element's id.
  static func markerNotFound(_ marker: String) -> APIError
}

extension NetworkField: MarkedList {
  static func markerNotFound(_ marker: String) -> APIError { .networkNotFound(marker) }
}

extension SubnetField: MarkedList {
  static func markerNotFound(_ marker: String) -> APIError { .subnetNotFound(marker) }
}

extension PortField: MarkedList {
  static func markerNotFound(_ marker: String) -> APIError { .portNotFound(marker) }
}

extension SecurityGroupField: MarkedList {
  static func markerNotFound(_ marker: String) -> APIError { .securityGroupNotFound(marker) }
}

extension SecurityGroupRuleField: MarkedList {
  static func markerNotFound(_ marker: String) -> APIError { .securityGroupRuleNotFound(marker) }
}

extension RBACField: MarkedList {
  static func markerNotFound(_ marker: String) -> APIError { .rbacPolicyNotFound(marker) }
}

extension AgentField: MarkedList {
  static func markerNotFound(_ marker: String) -> APIError { .agentNotFound(marker) }
}
