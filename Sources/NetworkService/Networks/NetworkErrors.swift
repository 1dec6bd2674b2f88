import Model
import OpenStackHTTP

extension APIError {
  static func networkNotFound(_ id: some CustomStringConvertible) -> APIError {
    .notFound("Network \(id) could not be found.", type: "NetworkNotFound")
  }

  static func networkInUse(_ id: UUID, ports: [UUID]) -> APIError {
    let ids = ports.map(\.description).joined(separator: ",")
    return .conflict(
      "Unable to complete operation on network \(id). There are one or more ports still in use on the network, id for "
        + "these ports is: \(ids).",
      type: "NetworkInUse")
  }
}
