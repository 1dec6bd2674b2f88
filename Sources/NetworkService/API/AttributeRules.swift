import JSON
import OpenStackHTTP

/// Whether and by whom an attribute of a resource can be set.
struct AttributeRule: Sendable {
  let name: String
  var isSetAtCreation = true
  var isUpdatable = true
  /// Only an administrator may set it. What ``PolicyTable`` says of the attribute comes first.
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
  /// The name of lists of it in bodies, such as `security_groups`.
  let collection: String
  /// The name of the resource in policies, such as `policy_bandwidth_limit_rule` for what is part of another.
  let policyName: String
  let attributes: [AttributeRule]
  private let byName: [String: AttributeRule]

  /// - Parameter attributes: In the order in which they are judged and named in refusals.
  init(name: String, collection: String, policyName: String? = nil, attributes: [AttributeRule]) {
    self.name = name
    self.collection = collection
    self.policyName = policyName ?? name
    self.attributes = attributes
    byName = attributes.reduce(into: [:]) { $0[$1.name] = $1 }
  }

  /// The last part of the path, such as `security-groups`.
  var path: String { String(collection.map { $0 == "_" ? "-" : $0 }) }

  subscript(attribute: String) -> AttributeRule? { byName[attribute] }

  /// What every resource with standard attributes has (`neutron_lib/db/standard_attr.py`).
  static let standard: [AttributeRule] = [
    .readOnly("id"), .plain("name"), .plain("description"), .fixed("tenant_id"), .fixed("project_id"),
    .readOnly("tags"), .readOnly("created_at"), .readOnly("updated_at"), .readOnly("revision_number"),
  ]
}

extension ResourceKind {
  /// Judges the names in a body for a new resource, in upstream's order of checks (`neutron_lib/api/attributes.py`):
  /// unknown ones, missing ones, those that cannot be set; then whether the caller may do it at all.
  ///
  /// - Throws: `APIError` 400 or 403.
  func checkCreation(_ body: JSONObject, caller: NetworkCaller) throws {
    try refuseUnknown(body)
    for rule in attributes {
      if rule.isRequired, body[rule.name] == nil {
        throw APIError.badRequest("Failed to parse request. Required attribute '\(rule.name)' not specified")
      }
      if !rule.isSetAtCreation, body[rule.name] != nil {
        throw APIError.badRequest("Attribute '\(rule.name)' not allowed in POST")
      }
    }
    try checkPolicy(.create, body, caller: caller, target: .unknown)
  }

  /// Judges the names in a body that changes a resource.
  ///
  /// - Throws: `APIError` 400 or 403.
  func checkUpdate(_ body: JSONObject, caller: NetworkCaller) throws {
    try refuseUnknown(body)
    for rule in attributes where !rule.isUpdatable && body[rule.name] != nil {
      // To upstream a project's two names are one.
      let name = rule.name == "project_id" ? "tenant_id" : rule.name
      throw APIError.badRequest("Cannot update read-only attribute \(name)")
    }
    try checkPolicy(.update, body, caller: caller, target: .unknown)
  }

  /// Judges who may delete such a resource at all.
  ///
  /// - Throws: `APIError` 403.
  func checkDeletion(_ caller: NetworkCaller) throws {
    try checkPolicy(.delete, [:], caller: caller, target: .unknown)
  }

  private func refuseUnknown(_ body: JSONObject) throws {
    let unknown = body.names.filter { byName[$0] == nil }
    if !unknown.isEmpty { throw APIError.unrecognizedAttributes(unknown) }
  }
}
