import JSON
import OpenStackHTTP
import Store

/// What an administrator changes of a host's service. What is `nil` stays as it is.
struct ServiceChange: Hashable, Sendable {
  var isEnabled: Bool?
  /// Why it is disabled.
  var reason: String?
  var isForcedDown: Bool?

  /// Reads the body of `PUT /os-services/{uuid}`, from 2.53.
  ///
  /// - Throws: `APIError` 400 if it changes nothing, or gives a reason for enabling.
  init(_ body: JSONValue) throws(APIError) {
    isEnabled = body["status"]?.string.map { $0 == "enabled" }
    reason = body["disabled_reason"]?.string
    isForcedDown = body["forced_down"]?.looseBool
    if isEnabled == true, reason != nil {
      throw .badRequest("Specifying 'disabled_reason' with status 'enabled' is invalid.")
    }
    guard isEnabled != nil || isForcedDown != nil else {
      throw .badRequest("No updates were requested. Fields 'status' or 'forced_down' should be specified.")
    }
  }

  /// Reads the body of `PUT /os-services/{action}`, before 2.53.
  ///
  /// - Throws: `APIError` 404 for an action that there is not, 400 for a body without what the action needs.
  init(action: String, _ body: JSONValue, _ version: Microversion) throws(APIError) {
    switch action {
    case "enable": isEnabled = true
    case "disable": isEnabled = false
    case "disable-log-reason":
      guard let text = body["disabled_reason"]?.string else { throw .badRequest("Missing disabled reason field") }
      isEnabled = false
      reason = text
    case "force-down" where version >= Microversion(2, 11):
      guard let value = body["forced_down"]?.looseBool else { throw .badRequest("Missing forced_down field") }
      isForcedDown = value
    default: throw .notFound("Unknown action")
    }
  }

  func apply(to host: String, in transaction: Transaction) throws {
    if let isEnabled { try transaction.setComputeNode(host, isEnabled: isEnabled, reason: reason) }
    if let isForcedDown { try transaction.setComputeNode(host, isForcedDown: isForcedDown) }
  }
}
