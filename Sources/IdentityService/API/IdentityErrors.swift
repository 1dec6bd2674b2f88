import HTTPTypes
import OpenStackHTTP
import Store

// The wording is that of keystone/exception.py, since people look for it.
extension APIError {
  /// 400: a member that must be there is not.
  static func missing(_ attribute: String, in target: String) -> APIError {
    .badRequest(
      "Expecting to find \(attribute) in \(target). The server could not comply with the request since it is either "
        + "malformed or otherwise incorrect. The client is assumed to be in error.")
  }

  /// 400: a member is not what Keystone's schema wants.
  static func invalid(_ attribute: String, _ reason: String) -> APIError {
    .badRequest("Invalid input for field '\(attribute)': \(reason)")
  }

  /// 403 with the name of Keystone's rule, such as `identity:list_users`, or another action.
  static func notAuthorized(_ action: String) -> APIError {
    .forbidden("You are not authorized to perform the requested action: \(action).")
  }

  /// 404.
  static func unknown(_ kind: String, _ id: String) -> APIError { .notFound("Could not find \(kind): \(id).") }

  /// 409.
  static func storeConflict(_ type: String, _ details: String) -> APIError {
    .conflict("Conflict occurred attempting to store \(type) - \(details).")
  }

  /// 401 with another sentence than the usual one, where that gives nothing away.
  static func unauthorized(_ message: String) -> APIError { APIError(.unauthorized, message) }

  /// 403: the server itself serves what this is about, so there is nothing to change.
  static func builtIn(_ kind: String, _ id: String) -> APIError {
    .forbidden(
      "The \(kind) \(id) is this server's own: its configuration says what it is, and the API cannot change it.")
  }
}

extension ConstraintViolation {
  /// The violation as the client is told.
  ///
  /// - Parameters:
  ///   - conflict: if another row has the name.
  ///   - missing: if something that the row refers to is not there.
  func apiError(conflict: APIError, missing: APIError) -> any Error {
    switch kind {
    case .unique: conflict
    case .foreignKey: missing
    case .check, .notNull: self
    }
  }
}
