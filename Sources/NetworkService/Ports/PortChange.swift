import JSON
import Model
import OpenStackHTTP

/// What a PUT changes of a port; `nil` leaves an attribute alone.
struct PortChange: Sendable {
  /// As it was sent, for the policies.
  let body: JSONObject
  var name: String?
  var description: String?
  var macAddress: MACAddress?
  /// Whether `mac_address` was sent as `null`: the port gets another one (port-mac-address-regenerate).
  var regeneratesMACAddress: Bool
  var adminStateUp: Bool?
  var deviceID: String?
  var deviceOwner: String?
  var fixedIPs: [FixedIPRequest]?
  /// Empty unbinds the port.
  var host: String?
  var vnicType: VNICType?
  var profile: String?
  var portSecurityEnabled: Bool?
  var securityGroupIDs: [UUID]?
  var addressPairs: [AllowedAddressPair]?
  /// Only those that are to be added, changed or, without a value, taken away.
  var dhcpOptions: [ExtraDHCPOption]?
  /// `.some(nil)` takes the port's policy from it.
  var qosPolicyID: UUID??

  init(_ body: JSONObject, caller: NetworkCaller, configuration: NetworkConfiguration) throws {
    try ResourceKind.port.checkUpdate(body, caller: caller)
    self.body = body
    let attributes = AttributeReader(body)
    name = try attributes.text("name")
    description = try attributes.text("description", nullIsEmpty: true)
    macAddress = try attributes.usableMACAddress()
    regeneratesMACAddress = attributes.isNull("mac_address")
    adminStateUp = try attributes.bool("admin_state_up")
    deviceID = try attributes.text("device_id")
    deviceOwner = try attributes.text("device_owner")
    fixedIPs = try attributes.fixedIPs()
    host = try attributes.text("binding:host_id", nullIsEmpty: true)
    vnicType = try attributes.choice("binding:vnic_type", VNICType.self)
    profile = try attributes.bindingProfile("binding:profile")
    portSecurityEnabled = try attributes.bool("port_security_enabled")
    securityGroupIDs = try attributes.securityGroupIDs()
    addressPairs = try attributes.addressPairs(limit: configuration.ports.maxAllowedAddressPairs)
    dhcpOptions = try attributes.dhcpOptions()
    qosPolicyID = try attributes.qosPolicyID()
  }
}

extension PortChange {
  /// The port with the plain attributes changed; addresses, groups and the outcome of binding are the transaction's
  /// work.
  func applied(to port: Port) -> Port {
    var changed = port
    changed.name = name ?? port.name
    changed.description = description ?? port.description
    changed.adminStateUp = adminStateUp ?? port.adminStateUp
    changed.deviceID = deviceID ?? port.deviceID
    changed.deviceOwner = deviceOwner ?? port.deviceOwner
    changed.portSecurityEnabled = portSecurityEnabled ?? port.portSecurityEnabled
    changed.securityGroups = securityGroupIDs.map(Port.securityGroups) ?? port.securityGroups
    changed.binding.host = host ?? port.binding.host
    changed.binding.vnicType = vnicType ?? port.binding.vnicType
    changed.binding.profile = profile ?? port.binding.profile
    return changed
  }
}
