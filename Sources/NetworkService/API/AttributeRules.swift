import JSON
import OpenStackHTTP

/// Whether and by whom an attribute of a resource can be set.
struct AttributeRule: Sendable {
  let name: String
  var isSetAtCreation = true
  var isUpdatable = true
  /// Only an administrator may set it.
  var isAdminOnly = false
  var isRequired = false

  static func plain(_ name: String) -> AttributeRule { AttributeRule(name: name) }

  /// Set at creation and never again.
  static func fixed(_ name: String, isRequired: Bool = false, isAdminOnly: Bool = false) -> AttributeRule {
    AttributeRule(name: name, isUpdatable: false, isAdminOnly: isAdminOnly, isRequired: isRequired)
  }

  static func adminOnly(_ name: String) -> AttributeRule { AttributeRule(name: name, isAdminOnly: true) }

  static func readOnly(_ name: String) -> AttributeRule {
    AttributeRule(name: name, isSetAtCreation: false, isUpdatable: false)
  }
}

/// A resource of the Networking API with the attributes that it has.
struct ResourceKind: Sendable {
  let name: String
  let collection: String
  let attributes: [AttributeRule]

  /// What every resource with standard attributes has (`neutron_lib/db/standard_attr.py`).
  static let standard: [AttributeRule] = [
    .readOnly("id"), .plain("name"), .plain("description"), .fixed("project_id"), .fixed("tenant_id"),
    .readOnly("tags"), .readOnly("created_at"), .readOnly("updated_at"), .readOnly("revision_number"),
  ]

}

extension ResourceKind {
  /// Judges the names in a body for a new resource, in upstream's order of checks
  /// (`neutron_lib/api/attributes.py`): unknown ones, missing ones, those that cannot be set, those that the caller may
  /// not set.
  func checkCreation(_ body: JSONObject, caller: NetworkCaller) throws {
    try checkRole(caller, action: "create")
    try refuseUnknown(body)
    for rule in attributes {
      if rule.isRequired, body[rule.name] == nil {
        throw APIError.badRequest("Failed to parse request. Required attribute '\(rule.name)' not specified")
      }
      if !rule.isSetAtCreation, body[rule.name] != nil {
        throw APIError.badRequest("Attribute '\(rule.name)' not allowed in POST")
      }
    }
    try refuseAdminOnly(body, action: "create", isAdmin: caller.isAdmin)
  }

  /// Judges the names in a body that changes a resource.
  func checkUpdate(_ body: JSONObject, caller: NetworkCaller) throws {
    try checkRole(caller, action: "update")
    try refuseUnknown(body)
    for rule in attributes where !rule.isUpdatable && body[rule.name] != nil {
      throw APIError.badRequest("Cannot update read-only attribute \(rule.name)")
    }
    try refuseAdminOnly(body, action: "update", isAdmin: caller.isAdmin)
  }

  /// Judges who may delete such a resource at all.
  func checkDeletion(_ caller: NetworkCaller) throws {
    try checkRole(caller, action: "delete")
  }

  private func checkRole(_ caller: NetworkCaller, action: String) throws {
    guard caller.mayWrite else { throw APIError.policyNotAuthorized("rule:\(action)_\(name)") }
  }

  private func refuseUnknown(_ body: JSONObject) throws {
    let unknown = body.names.filter { name in !attributes.contains { $0.name == name } }
    if !unknown.isEmpty {
      throw APIError.badRequest("Unrecognized attribute(s) '\(unknown.sorted().joined(separator: ", "))'")
    }
  }

  private func refuseAdminOnly(_ body: JSONObject, action: String, isAdmin: Bool) throws {
    guard !isAdmin else { return }
    let forbidden = attributes.filter { $0.isAdminOnly && body[$0.name].map { !$0.isNull } == true }
    guard !forbidden.isEmpty else { return }
    throw APIError.policyNotAuthorized(Self.rules("\(action)_\(name)", attributes: forbidden.map(\.name)))
  }

  /// The rules as oslo.policy prints them: one more pair of parentheses for each attribute.
  static func rules(_ action: String, attributes: [String]) -> String {
    attributes.reduce("rule:\(action)") { "(\($0) and rule:\(action):\($1))" }
  }
}
