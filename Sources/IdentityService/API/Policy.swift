import Model
import OpenStackHTTP

// Who may do what: upstream's defaults (`keystone/common/policies`) for an administrator, a reader of the system and
// oneself. A role in one domain lets nobody administer that domain: an administrator that it made would be one
// everywhere.
extension IdentityService {
  /// - Throws: `APIError` 403 with the name of Keystone's rule, such as `identity:create_user`.
  static func requireAdmin(_ context: OpenStackRequestContext, _ rule: String) throws {
    guard try context.caller.isAdmin else { throw APIError.notAuthorized(rule) }
  }

  /// An administrator, or somebody who may read everything.
  static func requireReader(_ context: OpenStackRequestContext, _ rule: String) throws {
    guard try context.caller.mayReadEverything else { throw APIError.notAuthorized(rule) }
  }

  /// An administrator, a reader of the system, or the user that it is about.
  static func requireReader(_ context: OpenStackRequestContext, _ rule: String, orUser userID: String) throws {
    if try context.caller.userID != userID { try requireReader(context, rule) }
  }
}

extension AuthToken {
  /// An administrator, or who has the role `reader` in the system.
  var mayReadEverything: Bool { isAdmin || (isSystemScoped && has(role: RoleName.reader)) }

  /// A token of or in that domain, or an administrator's, or a system reader's.
  func maySee(domain id: String) -> Bool { mayReadEverything || domainID == id || projectDomainID == id }
}
