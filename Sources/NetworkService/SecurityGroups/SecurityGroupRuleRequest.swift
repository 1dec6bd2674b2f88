import JSON
import Model
import OpenStackHTTP

/// What a POST asks for of a new rule.
struct SecurityGroupRuleRequest: Sendable {
  var projectID: String
  /// As it was sent: what is no UUID is a group that does not exist.
  var securityGroup: String
  var rule: RuleAttributes

  init(_ body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.securityGroupRule.checkCreation(body, caller: caller)
    let attributes = AttributeReader(body)
    projectID = try caller.project(for: attributes)
    securityGroup = try attributes.text("security_group_id", limit: 36) ?? ""
    rule = try RuleAttributes(attributes)
  }
}

/// What an administrator asks for of a new template.
struct DefaultSecurityGroupRuleRequest: Sendable {
  var rule: RuleAttributes
  var isUsedInDefault: Bool
  var isUsedInOthers: Bool

  init(_ body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.defaultSecurityGroupRule.checkCreation(body, caller: caller)
    let attributes = AttributeReader(body)
    rule = try RuleAttributes(attributes)
    isUsedInDefault = try attributes.bool("used_in_default_sg") ?? false
    isUsedInOthers = try attributes.bool("used_in_non_default_sg") ?? true
  }
}

/// What rules and templates of rules have in common, each value converted but not judged against the others.
struct RuleAttributes: Sendable {
  var traffic: SecurityGroupTraffic
  /// As it was sent.
  var remoteGroup: String?
  var remoteAddressGroup: String?
  var description: String

  /// In the order of upstream's attribute map, whose conversions have error types of their own.
  init(_ attributes: AttributeReader) throws {
    remoteGroup = try attributes.groupName("remote_group_id")
    guard let direction = try attributes.choice("direction", TrafficDirection.self) else {
      throw APIError.badRequest("Failed to parse request. Required attribute 'direction' not specified")
    }
    let ipProtocol = try attributes.ipProtocol()
    let (portRangeMin, portRangeMax) = (try attributes.port("port_range_min"), try attributes.port("port_range_max"))
    traffic =
      SecurityGroupTraffic(
        direction: direction, ethertype: try attributes.ethertype() ?? .ipv4, ipProtocol: ipProtocol,
        portRangeMin: portRangeMin, portRangeMax: portRangeMax, remotePrefix: try attributes.remotePrefix()
      ).canonical
    remoteAddressGroup = try attributes.groupName("remote_address_group_id")
    description = try attributes.text("description", nullIsEmpty: true) ?? ""
  }

  /// - Throws: `APIError` 400 for attributes that contradict each other, 404 for an address group, as there are none.
  func check() throws {
    do {
      try traffic.check()
    } catch let fault {
      throw APIError(fault)
    }
    guard [traffic.remotePrefix != nil, remoteGroup != nil, remoteAddressGroup != nil].count(where: { $0 }) <= 1 else {
      throw APIError.securityGroupMultipleRemoteEntities
    }
    if let remoteAddressGroup { throw APIError.addressGroupNotFound(remoteAddressGroup) }
  }
}

extension AttributeReader {
  /// Neither `null` nor an empty text names a group.
  fileprivate func groupName(_ name: String) throws -> String? {
    guard !isNull(name), let text = try text(name, limit: 36), !text.isEmpty else { return nil }
    return text
  }

  /// A name or a number from 0 to 255; `any` and `null` are any protocol.
  fileprivate func ipProtocol() throws -> IPProtocol? {
    guard let value = body["protocol"], !value.isNull else { return nil }
    let text = value.string ?? value.integer.map { "\($0)" }
    if text == "any" { return nil }
    guard let known = text.flatMap({ IPProtocol($0) }) else {
      throw APIError.securityGroupInvalidProtocol(text ?? pythonText(value))
    }
    return known
  }

  fileprivate func port(_ name: String) throws -> Int? {
    guard let value = body[name], !value.isNull else { return nil }
    let number = value.integer.map { Int($0) } ?? value.string.flatMap { Int($0) }
    guard let number, (0...65535).contains(number) else {
      throw APIError.securityGroupInvalidPortValue(value.string ?? pythonText(value))
    }
    return number
  }

  /// In any case.
  fileprivate func ethertype() throws -> Ethertype? {
    guard let value = body["ethertype"] else { return nil }
    let known = value.string.flatMap { text in
      Ethertype.allCases.first { $0.rawValue.lowercased() == text.lowercased() }
    }
    guard let known else { throw APIError.securityGroupInvalidEthertype(value.string ?? pythonText(value)) }
    return known
  }

  fileprivate func remotePrefix() throws -> RemotePrefix? {
    guard let value = body["remote_ip_prefix"], !value.isNull, value != .string("") else { return nil }
    guard let prefix = value.string.flatMap({ RemotePrefix($0) }) else {
      throw APIError.invalidCIDR(value.string ?? pythonText(value))
    }
    return prefix
  }
}
