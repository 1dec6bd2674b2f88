import HTTPTypes
import Model
import OpenStackHTTP

// Upstream's exceptions by name and wording (`neutron_lib/exceptions/__init__.py`); clients branch on the type.

extension APIError {
  static func networkNotFound(_ id: some CustomStringConvertible) -> APIError {
    .notFound("Network \(id) could not be found.", type: "NetworkNotFound")
  }

  static func subnetNotFound(_ id: some CustomStringConvertible) -> APIError {
    .notFound("Subnet \(id) could not be found.", type: "SubnetNotFound")
  }

  static func portNotFound(_ id: some CustomStringConvertible) -> APIError {
    .notFound("Port \(id) could not be found.", type: "PortNotFound")
  }

  static func agentNotFound(_ id: some CustomStringConvertible) -> APIError {
    .notFound("Agent \(id) could not be found.", type: "AgentNotFound")
  }

  static func invalidInput(_ reason: String) -> APIError {
    .badRequest("Invalid input for operation: \(reason).", type: "InvalidInput")
  }

  /// An attribute's value is of the wrong kind; `value` is written as Python would.
  static func invalidAttribute(_ name: String, _ reason: String) -> APIError {
    .badRequest("Invalid input for \(name). Reason: \(reason).")
  }

  static func networkInUse(_ id: UUID, ports: [UUID]) -> APIError {
    let ids = ports.map(\.description).joined(separator: ",")
    return .conflict(
      "Unable to complete operation on network \(id). There are one or more ports still in use on the network, id for "
        + "these ports is: \(ids).",
      type: "NetworkInUse")
  }

  static func subnetInUse(_ id: UUID) -> APIError {
    .conflict(
      "Unable to complete operation on subnet \(id): One or more ports have an IP allocation from this subnet.",
      type: "SubnetInUse")
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
