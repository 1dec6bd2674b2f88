import Model
import OpenStackHTTP

/// Who asks, as far as the Networking service cares.
struct NetworkCaller: Sendable {
  let projectID: String
  /// Sees every project and sets what only administrators set: an administrator, or another service.
  let isAdmin: Bool
  /// Whether the caller may change anything at all: a token with no role but `reader` may not.
  let mayWrite: Bool
  /// Another service of the cloud, which does for users what they may not (`neutron/conf/policies/port_bindings.py`).
  let isService: Bool

  init(_ token: AuthToken) {
    projectID = token.projectID ?? ""
    isService = token.has(role: RoleName.service)
    isAdmin = token.isAdmin || isService
    mayWrite = isAdmin || token.roles.contains { $0 == RoleName.member || $0 == "manager" }
  }

  /// The project whose resources are listed; `nil` for all.
  var scope: String? { isAdmin ? nil : projectID }

  func owns(_ project: String) -> Bool { isAdmin || (!project.isEmpty && project == projectID) }

  /// The project that a new resource belongs to.
  ///
  /// - Throws: `APIError` 400 when a member names another one.
  func project(for attributes: AttributeReader) throws -> String {
    guard let wanted = try attributes.text("project_id") ?? attributes.text("tenant_id") else { return projectID }
    guard owns(wanted) else {
      throw APIError.badRequest(
        "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin "
          + "privileges")
    }
    return wanted
  }
}
