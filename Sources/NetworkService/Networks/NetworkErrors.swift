import HTTPTypes
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

  /// Nothing is left of what the server could make a network of.
  static let noNetworkAvailable = APIError(
    .serviceUnavailable, type: "NoNetworkAvailable",
    "Unable to create the network. No tenant network is available for allocation.")

  /// - Parameter segment: One that another network has.
  static func segmentInUse(_ segment: Segment) -> APIError {
    let (name, number) = (segment.physicalNetwork ?? "", segment.segmentationID ?? 0)
    return switch segment.type {
    case .local, .flat:
      .conflict(
        "Unable to create the flat network. Physical network \(name) is in use.", type: "FlatNetworkInUse")
    case .vlan:
      .conflict(
        "Unable to create the network. The VLAN \(number) on physical network \(name) is in use.", type: "VlanIdInUse")
    case .vxlan:
      .conflict("Unable to create the network. The tunnel ID \(number) is in use.", type: "TunnelIdInUse")
    }
  }

  static func mtuTooBig(maximum: Int) -> APIError {
    .invalidInput("Requested MTU is too big, maximum is \(maximum)")
  }

  /// A network's MTU is less than a subnet needs, one that it has or is about to get.
  static func networkMTUSubnetConflict(_ id: UUID, minimum: Int) -> APIError {
    .conflict("MTU of \(id) is not valid, subnet requires a minimum of \(minimum)", type: "NetworkMTUSubnetConflict")
  }

  /// - Parameter network: Its name or its id; upstream uses either.
  static func invalidSharedSetting(_ network: String) -> APIError {
    .conflict(
      "Unable to reconfigure sharing settings for network \(network). Multiple tenants are using it.",
      type: "InvalidSharedSetting")
  }

  static func externalNetworkInUse(_ id: UUID) -> APIError {
    .conflict(
      "External network \(id) cannot be updated to be made non-external, since it has existing gateway ports.",
      type: "ExternalNetworkInUse")
  }

  static func defaultExternalNetworkExists(_ id: UUID) -> APIError {
    .conflict("A default external network already exists: \(id).", type: "DefaultExternalNetworkExists")
  }

  static func availabilityZoneNotFound(_ name: String) -> APIError {
    .notFound("AvailabilityZone \(name) could not be found.", type: "AvailabilityZoneNotFound")
  }
}
