import Model
import OpenStackHTTP

extension APIError {
  static func agentNotFound(_ id: some CustomStringConvertible) -> APIError {
    .notFound("Agent \(id) could not be found.", type: "AgentNotFound")
  }

  /// Agents make themselves known by reporting.
  static let agentCreation = APIError.badRequest(
    "Bad agents request: Agent creation using API is not supported..", type: "BadRequest")
}
