import Model
import OpenStackHTTP

extension APIError {
  static func bindingNotFound(_ port: UUID, host: String) -> APIError {
    .notFound("Binding for port \(port) for host \(host) could not be found.", type: "PortBindingNotFound")
  }

  static func bindingAlreadyActive(_ port: UUID, host: String) -> APIError {
    .conflict("Binding for port \(port) on host \(host) is already active.", type: "PortBindingAlreadyActive")
  }

  static func bindingAlreadyExists(_ port: UUID, host: String) -> APIError {
    .conflict("Binding for port \(port) on host \(host) already exists.", type: "PortBindingAlreadyExists")
  }

  /// Nothing on the host can serve the port. Upstream's exception has no status of its own and so becomes a 500, which
  /// would say that the server is broken.
  static func bindingFailed(_ port: UUID, host: String) -> APIError {
    .conflict(
      "Binding for port \(port) on host \(host) could not be created or updated.", type: "PortBindingError")
  }

  /// The port is of a kind that does not move.
  static func bindingsUnsupported(_ port: UUID) -> APIError {
    .badRequest(
      "Bad port request: Invalid port \(port). Operation only valid on compute and shared filesystem ports.",
      type: "BadRequest")
  }
}
