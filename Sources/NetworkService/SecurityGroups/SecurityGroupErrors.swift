import Model
import OpenStackHTTP

// Upstream's exceptions by name and wording (`neutron/extensions/securitygroup.py` and
// `security_groups_default_rules.py`).

extension APIError {
  static func securityGroupNotFound(_ id: some CustomStringConvertible) -> APIError {
    .notFound("Security group \(id) does not exist", type: "SecurityGroupNotFound")
  }

  static func securityGroupRuleNotFound(_ id: some CustomStringConvertible) -> APIError {
    .notFound("Security group rule \(id) does not exist", type: "SecurityGroupRuleNotFound")
  }

  static func defaultSecurityGroupRuleNotFound(_ id: some CustomStringConvertible) -> APIError {
    .notFound("Default Security Group rule \(id) does not exist", type: "DefaultSecurityGroupRuleNotFound")
  }

  static func addressGroupNotFound(_ id: String) -> APIError {
    .notFound("Address group \(id) could not be found.", type: "AddressGroupNotFound")
  }

  static func securityGroupInUse(_ id: UUID) -> APIError {
    .conflict("Security Group \(id) in use.", type: "SecurityGroupInUse")
  }

  static var securityGroupCannotRemoveDefault: APIError {
    .conflict("Insufficient rights for removing default security group.", type: "SecurityGroupCannotRemoveDefault")
  }

  static var securityGroupCannotUpdateDefault: APIError {
    .conflict("Updating default security group not allowed.", type: "SecurityGroupCannotUpdateDefault")
  }

  static var securityGroupDefaultAlreadyExists: APIError {
    .conflict("Default security group already exists.", type: "SecurityGroupDefaultAlreadyExists")
  }

  static var mixedStatefulness: APIError {
    .conflict(
      "Error Cannot apply both stateful and stateless security groups on the same port at the same time while "
        + "attempting the operation.",
      type: "SecurityGroupConflict")
  }

  static func securityGroupRuleExists(_ id: UUID) -> APIError {
    .conflict("Security group rule already exists. Rule id is \(id).", type: "SecurityGroupRuleExists")
  }

  static var duplicateSecurityGroupRuleInPost: APIError {
    .conflict("Duplicate Security Group Rule in POST.", type: "DuplicateSecurityGroupRuleInPost")
  }

  static func defaultSecurityGroupRuleExists(_ id: UUID) -> APIError {
    .conflict("Default Security group rule already exists. Rule id is \(id).", type: "DefaultSecurityGroupRuleExists")
  }

  static var securityGroupNotSingleGroupRules: APIError {
    .badRequest(
      "Only allowed to update rules for one security profile at a time", type: "SecurityGroupNotSingleGroupRules")
  }

  static var securityGroupRulesNotSingleProject: APIError {
    .badRequest(
      "Multiple project_ids in bulk security group rule create not allowed", type: "SecurityGroupRulesNotSingleProject")
  }

  static var securityGroupMultipleRemoteEntities: APIError {
    // The name is spelt as upstream spells it.
    .badRequest(
      "Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.",
      type: "SecurityGroupMultipleRemoteEntites")
  }

  /// - Parameter value: As Python prints it.
  static func securityGroupInvalidProtocol(_ value: String) -> APIError {
    let names = IPProtocol.known.map { "'\($0.name)'" }.joined(separator: ", ")
    return .badRequest(
      "Security group rule protocol \(value) not supported. Only protocol values [None, \(names)] and integer "
        + "representations [0 to 255] are supported.",
      type: "SecurityGroupRuleInvalidProtocol")
  }

  /// - Parameter value: As Python prints it.
  static func securityGroupInvalidEthertype(_ value: String) -> APIError {
    .badRequest(
      "Security group rule for ethertype '\(value)' not supported. Allowed values are ['IPv4', 'IPv6'].",
      type: "SecurityGroupRuleInvalidEtherType")
  }

  /// - Parameter value: As Python prints it.
  static func securityGroupInvalidPortValue(_ value: String) -> APIError {
    .badRequest("Invalid value for port \(value)", type: "SecurityGroupInvalidPortValue")
  }

  static func invalidCIDR(_ value: String) -> APIError {
    .badRequest("Invalid CIDR \(value) given as IP prefix.", type: "InvalidCIDR")
  }

  init(_ fault: SecurityGroupRuleFault) {
    self =
      switch fault {
      case .portsWithoutProtocol:
        .badRequest(
          "Must also specify protocol if port range is given.", type: "SecurityGroupProtocolRequiredWithPorts")
      case .portsForProtocol(let number):
        .badRequest(
          "Ports cannot be specified for protocol \(number). Ports are only supported for DCCP, SCTP, TCP, UDP, "
            + "UDPLITE.",
          type: "SecurityGroupInvalidProtocolForPort")
      case .portValue(let port): .securityGroupInvalidPortValue("\(port)")
      case .portRange:
        .badRequest(
          "For TCP/UDP protocols, port_range_min must be <= port_range_max", type: "SecurityGroupInvalidPortRange")
      case .icmpValue(let field, let attribute, let value):
        .badRequest(
          "Invalid value for ICMP \(field) (\(attribute)) \(value). It must be 0 to 255.",
          type: "SecurityGroupInvalidIcmpValue")
      case .missingICMPType(let code):
        .badRequest(
          "ICMP code (port-range-max) \(code) is provided but ICMP type (port-range-min) is missing.",
          type: "SecurityGroupMissingIcmpType")
      case .prefixVersion(let ethertype, let prefix):
        .badRequest(
          "Conflicting value ethertype \(ethertype.rawValue) for CIDR \(prefix)",
          type: "SecurityGroupRuleParameterConflict")
      case .protocolVersion(let ethertype, let ipProtocol):
        .badRequest(
          "Invalid ethertype \(ethertype.rawValue) for protocol \(ipProtocol).",
          type: "SecurityGroupEthertypeConflictWithProtocol")
      }
  }
}
