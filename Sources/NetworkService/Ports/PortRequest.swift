import JSON
import Model
import OpenStackHTTP

/// What a POST asks for of a new port.
struct PortRequest: Sendable {
  /// As it was sent, for the policies.
  let body: JSONObject
  var networkID: UUID
  var projectID: String
  var name: String
  var description: String
  /// `nil` leaves the choice to the server.
  var macAddress: MACAddress?
  var adminStateUp: Bool
  var deviceID: String
  var deviceOwner: String
  /// `nil` is one address of each version that the network's subnets have; an empty list is none.
  var fixedIPs: [FixedIPRequest]?
  var host: String?
  var vnicType: VNICType
  var profile: String?
  /// `nil` is what the network says.
  var portSecurityEnabled: Bool?
  /// `nil` is the project's default group.
  var securityGroupIDs: [UUID]?
  var addressPairs: [AllowedAddressPair]
  var dhcpOptions: [ExtraDHCPOption]
  var qosPolicyID: UUID?

  init(_ body: JSONObject, caller: NetworkCaller, configuration: NetworkConfiguration) throws {
    try ResourceKind.port.checkCreation(body, caller: caller)
    self.body = body
    let attributes = AttributeReader(body)
    guard let networkID = try attributes.uuid("network_id") else { throw APIError.badRequest("network_id is missing") }
    self.networkID = networkID
    projectID = try caller.project(for: attributes)
    name = try attributes.text("name") ?? ""
    description = try attributes.text("description", nullIsEmpty: true) ?? ""
    macAddress = try attributes.usableMACAddress()
    adminStateUp = try attributes.bool("admin_state_up") ?? true
    deviceID = try attributes.text("device_id") ?? ""
    deviceOwner = try attributes.text("device_owner") ?? ""
    fixedIPs = try attributes.fixedIPs()
    host = try attributes.text("binding:host_id", nullIsEmpty: true)
    vnicType = try attributes.choice("binding:vnic_type", VNICType.self) ?? .normal
    profile = try attributes.bindingProfile("binding:profile")
    portSecurityEnabled = try attributes.bool("port_security_enabled")
    securityGroupIDs = try attributes.securityGroupIDs()
    addressPairs = try attributes.addressPairs(limit: configuration.ports.maxAllowedAddressPairs) ?? []
    dhcpOptions = try attributes.dhcpOptions() ?? []
    qosPolicyID = try attributes.qosPolicyID() ?? nil
  }
}

extension AttributeReader {
  /// The limit of upstream's column (`neutron/plugins/ml2/models.py` `BINDING_PROFILE_LEN`).
  private static let profileLimit = 4095

  /// Reads `mac_address`; `null` is as good as absent.
  func usableMACAddress() throws -> MACAddress? {
    if isNull("mac_address") { return nil }
    guard let address = try macAddress("mac_address") else { return nil }
    guard address.isUsable else {
      throw APIError.invalidAttribute("mac_address", "'\(address)' is not a valid MAC address")
    }
    return address
  }

  /// Reads a binding's profile as JSON text; `null` is an empty one.
  func bindingProfile(_ name: String) throws -> String? {
    guard let profile = try objectText(name) else { return nil }
    guard profile.unicodeScalars.count <= Self.profileLimit else {
      throw APIError.invalidInput("binding:profile value too large")
    }
    return profile
  }
}
