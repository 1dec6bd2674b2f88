import JSON
import OpenStackHTTP

/// What a request does with a resource; the first word of its policy's name.
enum PolicyAction: String, Sendable {
  case create, update, delete
}

extension ResourceKind {
  /// Judges an action and each attribute that the body sets. With ``PolicyTarget/unknown`` it refuses only who could do
  /// it with no target; once the target has been read, it is called again with what is known.
  ///
  /// - Throws: `APIError` 403, which names every rule that would have to hold, as oslo.policy prints them.
  func checkPolicy(
    _ action: PolicyAction, _ body: JSONObject, caller: NetworkCaller, target: PolicyTarget
  ) throws {
    if caller.isAdmin { return }
    let rules = attributeRules(action, body)
    var target = target
    if body["device_owner"]?.string?.hasPrefix("network:") == true { target.isNetworkDevice = true }
    if body["target_tenant"] == "*" || body["target_project"] == "*" { target.isForAll = true }
    let name = "\(action.rawValue)_\(policyName)"
    if caller.mayWrite, caller.may(name, target), rules.allSatisfy({ $0.allows(caller, target) }) { return }
    throw APIError.policyNotAuthorized(rules.reduce("rule:\(name)") { "(\($0) and \($1.text))" })
  }

  /// The policies of those attributes that the body sets to anything but their defaults; a PUT sets what it names.
  private func attributeRules(_ action: PolicyAction, _ body: JSONObject) -> [AttributePolicy] {
    guard !body.isEmpty else { return [] }
    return attributes.compactMap { attribute in
      guard let value = body[attribute.name], !value.isNull else { return nil }
      if action == .create, Self.isDefault(value, of: attribute.name, in: name) { return nil }
      let rule = "\(action.rawValue)_\(policyName):\(attribute.name)"
      guard let policy = PolicyTable.rules[rule] ?? (attribute.isAdminOnly ? [.admin] : nil) else { return nil }
      return AttributePolicy(rule: rule, policy: policy, parts: Self.parts(rule, value))
    }
  }

  /// The policies of the members of a list of objects, such as `create_port:fixed_ips:ip_address`.
  private static func parts(_ rule: String, _ value: JSONValue) -> [AttributePolicy] {
    (value.array ?? []).flatMap { $0.object?.names ?? [] }.compactMap { name in
      PolicyTable.rules["\(rule):\(name)"].map { AttributePolicy(rule: "\(rule):\(name)", policy: $0, parts: []) }
    }
  }

  /// Whether a value is the one that there would be without it (`default` of upstream's attribute maps).
  private static func isDefault(_ value: JSONValue, of attribute: String, in resource: String) -> Bool {
    switch attribute {
    case "shared", "router:external", "is_default": ListRules.bool(pythonString(value)) == false
    // A port's default is its network's, so a port that says anything sets it.
    case "port_security_enabled": resource == "network" && ListRules.bool(pythonString(value)) == true
    case "binding:vnic_type": value == "normal"
    case "device_id", "device_owner": value == ""
    default: false
    }
  }
}

/// The policy of an attribute, and those of what is inside it.
private struct AttributePolicy {
  var rule: String
  var policy: PolicyRule
  var parts: [AttributePolicy]

  func allows(_ caller: NetworkCaller, _ target: PolicyTarget) -> Bool {
    policy.allows(caller, target) && parts.allSatisfy { $0.allows(caller, target) }
  }

  var text: String {
    guard !parts.isEmpty else { return "rule:\(rule)" }
    return "(rule:\(rule) and (\(parts.map(\.text).joined(separator: " and "))))"
  }
}
