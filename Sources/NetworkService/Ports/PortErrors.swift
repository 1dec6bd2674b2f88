import Model
import OpenStackHTTP

extension APIError {
  static func portNotFound(_ id: some CustomStringConvertible) -> APIError {
    .notFound("Port \(id) could not be found.", type: "PortNotFound")
  }

  static func macAddressInUse(_ address: MACAddress, network: UUID) -> APIError {
    .conflict(
      "Unable to complete operation for network \(network). The mac address \(address) is in use.",
      type: "MacAddressInUse")
  }

  static func addressAlreadyAllocated(_ address: IPv4Address, subnet: UUID) -> APIError {
    .conflict("IP address \(address) already allocated in subnet \(subnet)", type: "IpAddressAlreadyAllocated")
  }

  static func addressGenerationFailure(network: UUID) -> APIError {
    .conflict("No more IP addresses available on network \(network).", type: "IpAddressGenerationFailure")
  }

  static func invalidAddress(_ address: IPv4Address) -> APIError {
    .badRequest(
      "IP address \(address) is not a valid IP for the specified subnet.", type: "InvalidIpForSubnet")
  }
}
