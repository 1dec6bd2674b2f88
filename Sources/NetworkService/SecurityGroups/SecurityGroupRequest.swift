import JSON
import Model
import OpenStackHTTP

/// What a POST asks for of a new group.
struct SecurityGroupRequest: Sendable {
  var projectID: String
  var name: String
  var description: String
  var isStateful: Bool

  init(_ body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.securityGroup.checkCreation(body, caller: caller)
    let attributes = AttributeReader(body)
    projectID = try caller.project(for: attributes)
    name = try attributes.securityGroupName() ?? ""
    description = try attributes.text("description", nullIsEmpty: true) ?? ""
    isStateful = try attributes.bool("stateful") ?? true
  }
}

/// What a PUT changes of a group.
struct SecurityGroupChange: Sendable {
  let name: String?
  let description: String?
  let isStateful: Bool?

  init(_ body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.securityGroup.checkUpdate(body, caller: caller)
    let attributes = AttributeReader(body)
    name = try attributes.securityGroupName()
    description = try attributes.text("description", nullIsEmpty: true)
    isStateful = try attributes.bool("stateful")
  }

  func applied(to group: SecurityGroup) -> SecurityGroup {
    var changed = group
    changed.name = name ?? group.name
    changed.description = description ?? group.description
    changed.isStateful = isStateful ?? group.isStateful
    return changed
  }
}

extension AttributeReader {
  /// Only the server itself makes a group with the default groups' name.
  fileprivate func securityGroupName() throws -> String? {
    let name = try text("name")
    guard name?.lowercased() != SecurityGroup.defaultName else { throw APIError.securityGroupDefaultAlreadyExists }
    return name
  }
}
