import Model
import OpenStackHTTP

extension APIError {
  /// Upstream looks a policy up in the tables of all kinds of object, and does not know the kind of what is in none.
  static func rbacPolicyNotFound(_ id: some CustomStringConvertible) -> APIError {
    .notFound("RBAC policy of type unknown with ID \(id) not found", type: "RbacPolicyNotFound")
  }

  static func rbacPolicyInUse(_ objectID: UUID, _ details: String) -> APIError {
    .conflict(
      "RBAC policy on object \(objectID) cannot be removed because other objects depend on it.\nDetails: \(details)",
      type: "RbacPolicyInUse")
  }

  static let duplicateRBACPolicy = APIError.conflict(
    "An RBAC policy already exists with those values.", type: "DuplicateRbacPolicy")

  static func invalidAction(_ name: String) -> APIError {
    let valid = RBACAction.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    return .badRequest(
      "Invalid action '\(name)' for object type '\(RBACPolicy.objectType)'. Valid actions: (\(valid))",
      type: "InvalidActionForType")
  }

  static let foreignNetworkPolicy = APIError.invalidInput(
    "Only admins can manipulate policies on networks they do not own")
}
