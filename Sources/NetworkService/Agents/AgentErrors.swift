import Model
import OpenStackHTTP

extension APIError {
  static func agentNotFound(_ id: some CustomStringConvertible) -> APIError {
    .notFound("Agent \(id) could not be found.", type: "AgentNotFound")
  }
}
