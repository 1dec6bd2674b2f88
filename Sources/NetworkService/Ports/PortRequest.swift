import JSON
import Model
import OpenStackHTTP

/// An element of `fixed_ips` in a body: an address, a subnet to take one from, or both.
struct FixedIPRequest: Hashable, Sendable {
  var subnetID: UUID?
  var address: IPv4Address?
}

/// What a POST asks for of a new port.
struct PortRequest: Sendable {
  var networkID: UUID
  var projectID: String
  var name: String
  var description: String
  /// `nil` leaves the choice to the server.
  var macAddress: MACAddress?
  var adminStateUp: Bool
  var deviceID: String
  var deviceOwner: String
  /// `nil` is one address of the network's first subnet that has one; an empty list is none.
  var fixedIPs: [FixedIPRequest]?
  var host: String
  var vnicType: VNICType
  var profile: String
  /// `nil` is what the network says.
  var portSecurityEnabled: Bool?

  init(_ body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.port.checkCreation(body, caller: caller)
    let attributes = AttributeReader(body)
    guard let networkID = try attributes.uuid("network_id") else { throw APIError.badRequest("network_id is missing") }
    self.networkID = networkID
    projectID = try caller.project(for: attributes)
    name = try attributes.text("name") ?? ""
    description = try attributes.text("description", nullIsEmpty: true) ?? ""
    macAddress = try attributes.macAddress("mac_address")
    adminStateUp = try attributes.bool("admin_state_up") ?? true
    deviceID = try attributes.text("device_id", nullIsEmpty: true) ?? ""
    deviceOwner = try attributes.text("device_owner", nullIsEmpty: true) ?? ""
    fixedIPs = try attributes.fixedIPs()
    host = try attributes.text("binding:host_id", nullIsEmpty: true) ?? ""
    vnicType = try attributes.choice("binding:vnic_type", VNICType.self) ?? .normal
    profile = try attributes.objectText("binding:profile") ?? "{}"
    portSecurityEnabled = try attributes.bool("port_security_enabled")
    try attributes.refuseUnsupportedLists()
  }
}

/// What a PUT changes of a port; `nil` leaves an attribute alone.
struct PortChange: Sendable {
  var name: String?
  var description: String?
  var macAddress: MACAddress?
  var adminStateUp: Bool?
  var deviceID: String?
  var deviceOwner: String?
  var fixedIPs: [FixedIPRequest]?
  /// Empty unbinds the port.
  var host: String?
  var vnicType: VNICType?
  var profile: String?
  var portSecurityEnabled: Bool?

  init(_ body: JSONObject, caller: NetworkCaller) throws {
    try ResourceKind.port.checkUpdate(body, caller: caller)
    let attributes = AttributeReader(body)
    name = try attributes.text("name")
    description = try attributes.text("description", nullIsEmpty: true)
    macAddress = try attributes.macAddress("mac_address")
    if macAddress != nil, !caller.isAdmin {
      throw APIError.policyNotAuthorized(ResourceKind.rules("update_port", attributes: ["mac_address"]))
    }
    adminStateUp = try attributes.bool("admin_state_up")
    deviceID = try attributes.text("device_id", nullIsEmpty: true)
    deviceOwner = try attributes.text("device_owner", nullIsEmpty: true)
    fixedIPs = try attributes.fixedIPs()
    host = try attributes.text("binding:host_id", nullIsEmpty: true)
    vnicType = try attributes.choice("binding:vnic_type", VNICType.self)
    profile = try attributes.objectText("binding:profile")
    portSecurityEnabled = try attributes.bool("port_security_enabled")
    try attributes.refuseUnsupportedLists()
  }
}

extension AttributeReader {
  /// Security groups, address pairs and DHCP options are shown as empty and cannot be set yet.
  fileprivate func refuseUnsupportedLists() throws {
    if let groups = try list("security_groups"), let first = groups.first {
      throw APIError.notFound(
        "Security group \(first.string ?? first.description) does not exist", type: "SecurityGroupNotFound")
    }
    try onlyEmptyList("allowed_address_pairs")
    try onlyEmptyList("extra_dhcp_opts")
  }

  /// Upstream's limit `max_fixed_ips_per_port`.
  private static let fixedIPLimit = 5

  fileprivate func fixedIPs() throws -> [FixedIPRequest]? {
    guard let list = try list("fixed_ips") else { return nil }
    guard list.count <= Self.fixedIPLimit else {
      throw APIError.invalidInput("Exceeded maximum amount of fixed ips per port")
    }
    var requests: [FixedIPRequest] = []
    for element in list {
      let request = try Self.fixedIP(element)
      if let address = request.address, requests.contains(where: { $0.address == address }) {
        throw APIError.invalidAttribute("fixed_ips", "Duplicate IP address '\(address)'")
      }
      requests.append(request)
    }
    return requests
  }

  private static func fixedIP(_ element: JSONValue) throws -> FixedIPRequest {
    guard let object = element.object else {
      throw APIError.invalidAttribute("fixed_ips", "Invalid data format for fixed IP: '\(pythonText(element))'")
    }
    var request = FixedIPRequest()
    for member in object.members {
      switch member.name {
      case "subnet_id":
        guard let id = member.value.string.flatMap({ UUID($0) }) else {
          throw APIError.invalidAttribute("fixed_ips", "\(pythonText(member.value)) is not a valid UUID")
        }
        request.subnetID = id
      case "ip_address":
        guard let address = member.value.string.flatMap({ IPv4Address($0) }) else {
          throw APIError.invalidAttribute("fixed_ips", "\(pythonText(member.value)) is not a valid IP address")
        }
        request.address = address
      default: throw APIError.invalidAttribute("fixed_ips", "Unexpected keys: '\(member.name)'")
      }
    }
    return request
  }
}
