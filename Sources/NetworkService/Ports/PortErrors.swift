import HTTPTypes
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

  static func macAddressGenerationFailure(network: UUID) -> APIError {
    APIError(
      .serviceUnavailable, type: "MacAddressGenerationFailure",
      "Unable to generate unique mac on network \(network).")
  }

  static func portBound(_ port: Port, newAddress: MACAddress) -> APIError {
    .conflict(
      "Unable to complete operation on port \(port.id), port is already bound, port type: "
        + "\(port.binding.vifType.rawValue), old_mac \(port.macAddress), new_mac \(newAddress).",
      type: "PortBound")
  }

  static func portInUse(_ port: Port) -> APIError {
    .conflict(
      "Unable to complete operation on port \(port.id) for network \(port.networkID). Port already has an attached "
        + "device \(port.deviceID).",
      type: "PortInUse")
  }

  static func unsupportedDeviceOwner(_ port: Port, operation: String) -> APIError {
    .conflict(
      "Operation \(operation) is not supported for device_owner \(port.deviceOwner) on port \(port.id).",
      type: "UnsupportedPortDeviceOwner")
  }

  static func addressAlreadyAllocated(_ address: IPAddress, subnet: UUID) -> APIError {
    .conflict("IP address \(address) already allocated in subnet \(subnet)", type: "IpAddressAlreadyAllocated")
  }

  static func addressGenerationFailure(network: UUID) -> APIError {
    .conflict("No more IP addresses available on network \(network).", type: "IpAddressGenerationFailure")
  }

  static func invalidAddress(_ address: IPAddress) -> APIError {
    .badRequest(
      "IP address \(address) is not a valid IP for the specified subnet.", type: "InvalidIpForSubnet")
  }
}
