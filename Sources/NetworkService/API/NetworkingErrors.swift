import HTTPTypes
import Model
import OpenStackHTTP

// Upstream's exceptions by name and wording (`neutron_lib/exceptions/__init__.py`); clients branch on the type.

extension APIError {
  static func invalidInput(_ reason: String) -> APIError {
    .badRequest("Invalid input for operation: \(reason).", type: "InvalidInput")
  }

  /// An attribute's value is of the wrong kind; `value` is written as Python would.
  static func invalidAttribute(_ name: String, _ reason: String) -> APIError {
    .badRequest("Invalid input for \(name). Reason: \(reason).")
  }

  /// A body that names what the resource does not have.
  static func unrecognizedAttributes(_ names: [String]) -> APIError {
    .badRequest("Unrecognized attribute(s) '\(names.sorted().joined(separator: ", "))'")
  }

  static func revisionMismatch(constrainedTo wanted: String, current: Int) -> APIError {
    APIError(
      .preconditionFailed, type: "RevisionNumberConstraintFailed",
      "Constrained to \(wanted), but current revision is \(current)")
  }

  /// - Parameter rules: The rules that would have to hold, as oslo.policy prints them.
  static func policyNotAuthorized(_ rules: String) -> APIError {
    .forbidden("\(rules) is disallowed by policy", type: "PolicyNotAuthorized")
  }
}
