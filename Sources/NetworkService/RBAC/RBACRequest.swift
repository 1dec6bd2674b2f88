import JSON
import Model
import OpenStackHTTP
import Store

/// What a POST asks for of a new policy. To share with everybody is an administrator's right, which the table of policies
/// knows (`neutron/conf/policies/rbac.py`).
struct RBACRequest: Sendable {
  var projectID: String
  var objectID: UUID
  var targetProject: String
  var action: RBACAction

  init(_ body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.rbacPolicy.checkCreation(body, caller: caller)
    let attributes = AttributeReader(body)
    projectID = try caller.project(for: attributes)
    try attributes.checkObjectType()
    objectID = try attributes.uuid("object_id") ?? UUID()
    targetProject = try attributes.targetProject() ?? ""
    let name = try attributes.text("action") ?? ""
    guard let action = RBACAction(rawValue: name) else { throw APIError.invalidAction(name) }
    self.action = action
  }
}

/// What a PUT changes of a policy: for whom it is.
struct RBACChange: Sendable {
  var targetProject: String?

  init(_ body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.rbacPolicy.checkUpdate(body, caller: caller)
    targetProject = try AttributeReader(body).targetProject()
  }
}

extension AttributeReader {
  fileprivate func checkObjectType() throws {
    let value = body["object_type"] ?? .null
    guard value.string?.lowercased().filter({ !$0.isWhitespace }) == RBACPolicy.objectType else {
      throw APIError.invalidInput("\(pythonText(value)) is not a valid RBAC object type")
    }
  }

  fileprivate func targetProject() throws -> String? {
    guard let target = try text("target_tenant") else { return nil }
    guard !target.isEmpty else { throw APIError.invalidAttribute("target_tenant", "'' is not a valid project") }
    return target
  }
}
