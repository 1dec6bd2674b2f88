import Hummingbird
import JSON
import Model
import OpenStackHTTP

extension ComputeOptions {
  func isUp(_ node: ComputeNode) -> Bool { node.isUp(at: now(), downTime: scheduling.serviceDownTime) }
}

extension ComputeNode {
  /// Since 2.53 hosts and their services are known by UUID.
  func shownID(_ version: Microversion) -> JSONValue {
    version >= Microversion(2, 53) ? .string(id.description) : JSONValue(number)
  }

  func isKnown(as text: String, _ version: Microversion) -> Bool {
    version >= Microversion(2, 53) ? UUID(text) == id : Int(text) == number
  }
}

extension APIError {
  static func unmappedHost(_ host: String) -> APIError { .notFound("Host '\(host)' is not mapped to any cell") }
}

extension OpenStackRequestContext {
  /// A number in the path.
  ///
  /// - Throws: `APIError` 400 for what is no number.
  func number(_ parameter: String, named name: String) throws -> Int {
    guard let number = parameters.get(parameter).flatMap({ Int($0) }) else {
      throw APIError.badRequest("Invalid input received: \(name) must be an integer")
    }
    return number
  }
}
