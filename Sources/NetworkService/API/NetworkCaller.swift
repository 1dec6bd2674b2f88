import Model
import OpenStackHTTP

/// Who asks, as far as the Networking service cares.
///
/// Its policies are about projects (`scope_types` in `neutron/conf/policies`), so a token for a domain, for the system
/// or for nothing has no role here, whatever Keystone says of it.
struct NetworkCaller: Sendable {
  /// Empty without a project; then nothing belongs to the caller.
  let projectID: String
  let roles: CallerRoles

  init(_ token: AuthToken) {
    projectID = token.projectID ?? ""
    roles = projectID.isEmpty ? [] : CallerRoles(names: token.roles)
  }

  init(projectID: String, roles: CallerRoles) {
    self.projectID = projectID
    self.roles = projectID.isEmpty ? [] : roles
  }

  /// An administrator of the cloud, who may everything.
  var isAdmin: Bool { roles.contains(.admin) }

  /// Another service of the cloud, which does for users what they may not (`neutron/conf/policies/port_bindings.py`).
  var isService: Bool { roles.contains(.service) }

  /// Sees what belongs to any project, and may name the project of a new resource.
  var seesAll: Bool { isAdmin || isService }

  /// Whether the caller may change anything at all: a token with no role but `reader` may not.
  var mayWrite: Bool { seesAll || roles.contains(.member) }

  /// The project whose resources are listed; `nil` for all. A caller without a role has one that owns nothing.
  var scope: String? {
    if seesAll { return nil }
    return roles.contains(.reader) ? projectID : ""
  }

  /// Whether the project is the caller's, or the caller stands above projects.
  func owns(_ project: String) -> Bool { seesAll || isOwn(project) }

  /// Whether the project is the caller's own, and the caller may at least look at it.
  func isOwn(_ project: String) -> Bool { roles.contains(.reader) && project == projectID }

  /// The project that a new resource belongs to.
  ///
  /// - Throws: `APIError` 400 when a member names another one, or both names of the attribute disagree.
  func project(for attributes: AttributeReader) throws -> String {
    let project = try attributes.text("project_id")
    let tenant = try attributes.text("tenant_id")
    if let project, let tenant, project != tenant {
      throw APIError.badRequest("'project_id' and 'tenant_id' do not match")
    }
    guard let wanted = project ?? tenant else { return projectID }
    guard seesAll || wanted == projectID else {
      throw APIError.badRequest(
        "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin "
          + "privileges")
    }
    return wanted
  }
}

/// The roles that policies ask for, with those that each implies in Keystone's own defaults.
struct CallerRoles: OptionSet, Hashable, Sendable {
  let rawValue: UInt8

  static let reader = CallerRoles(rawValue: 1)
  static let member = CallerRoles(rawValue: 2)
  static let manager = CallerRoles(rawValue: 4)
  static let admin = CallerRoles(rawValue: 8)
  static let service = CallerRoles(rawValue: 16)

  init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  init(names: [String]) {
    self = names.reduce(into: []) { roles, name in
      switch name {
      case RoleName.admin: roles.formUnion([.admin, .manager, .member, .reader])
      case "manager": roles.formUnion([.manager, .member, .reader])
      case RoleName.member: roles.formUnion([.member, .reader])
      case RoleName.reader: roles.insert(.reader)
      // `advsvc` is what the role was called before there was `service`.
      case RoleName.service, "advsvc": roles.insert(.service)
      default: break
      }
    }
  }
}
