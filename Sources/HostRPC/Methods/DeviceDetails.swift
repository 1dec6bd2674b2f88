package import JSON
package import Model

/// `get_devices_details_list`: what an agent has to know to wire the taps it has found. Asking moves a port to BUILD.
package enum GetDevicesDetailsList: RPCMethod {
  package static let name = "get_devices_details_list"
  package static let version = "1.9"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    /// Names of taps: `tap` and the first 11 characters of the port's id.
    package var devices: [String]
    /// `lb` and the MAC address of the host's interface.
    package var agentID: String
    package var host: String
    /// When the host saw each tap, by its own clock. Ours; stock agents do not send it.
    package var observedAt: [String: Timestamp]

    package init(devices: [String], agentID: String, host: String, observedAt: [String: Timestamp] = [:]) {
      (self.devices, self.agentID, self.host, self.observedAt) = (devices, agentID, host, observedAt)
    }

    package init(json: JSONValue) throws {
      let members = try Members(json)
      devices = try members.strings("devices")
      agentID = try members.string("agent_id")
      host = try members.string("host")
      observedAt = try members.timestamps("observed_at")
    }

    package var json: JSONValue {
      var object = JSONObject()
      object["devices"] = JSONValue(devices)
      object["agent_id"] = .string(agentID)
      object["host"] = .string(host)
      object["observed_at"] = JSONValue(observedAt)
      return .object(object)
    }
  }

  /// One answer a device, in the order asked.
  package struct Result: JSONConvertible, Hashable, Sendable {
    package var devices: [DeviceAnswer]

    package init(_ devices: [DeviceAnswer]) {
      self.devices = devices
    }

    package init(json: JSONValue) throws {
      devices = try Members(["result": json]).objects("result", DeviceAnswer.init)
    }

    package var json: JSONValue { .array(devices.map(\.json)) }
  }
}

/// What the server knows of one device.
package enum DeviceAnswer: Hashable, Sendable {
  /// No port has this device: `{"device": ...}`.
  case unknown(device: String)
  /// The port is bound to another host: `{"device": ..., "no_active_binding": true}`.
  case noActiveBinding(device: String)
  case details(DeviceDetails)

  package var device: String {
    switch self {
    case .unknown(let device), .noActiveBinding(let device): device
    case .details(let details): details.device
    }
  }

  init(_ members: Members) throws {
    let device = try members.string("device")
    if try members.optionalBool("no_active_binding") == true {
      self = .noActiveBinding(device: device)
    } else if members["port_id"] == nil {
      self = .unknown(device: device)
    } else {
      self = .details(try DeviceDetails(members))
    }
  }

  var json: JSONValue {
    switch self {
    case .unknown(let device): ["device": .string(device)]
    case .noActiveBinding(let device): ["device": .string(device), "no_active_binding": true]
    case .details(let details): details.json
    }
  }
}

/// How one tap is to be wired.
package struct DeviceDetails: Hashable, Sendable {
  /// An address of the port and the subnet it is from.
  package struct FixedIP: Hashable, Sendable {
    package var subnetID: UUID
    package var ipAddress: String

    package init(subnetID: UUID, ipAddress: String) {
      (self.subnetID, self.ipAddress) = (subnetID, ipAddress)
    }
  }

  package var device: String
  package var networkID: UUID
  package var portID: UUID
  package var macAddress: MACAddress
  package var adminStateUp: Bool
  /// `local`, `flat`, `vlan` or `vxlan`.
  package var networkType: String
  /// The VLAN or VXLAN id; `nil` for `local` and `flat`.
  package var segmentationID: Int?
  package var physicalNetwork: String?
  /// Of the network, in bytes of IP packet.
  package var mtu: Int
  package var fixedIPs: [FixedIP]
  package var deviceOwner: String
  /// A list of objects with `ip_address` and `mac_address`.
  package var allowedAddressPairs: JSONValue
  package var portSecurityEnabled: Bool
  package var qosPolicyID: UUID?
  package var qosNetworkPolicyID: UUID?
  /// What the port's policy, or its network's, comes to. Ours: upstream's agents ask for the policy itself.
  package var bandwidth: PortBandwidth
  /// `binding:profile`, an object.
  package var profile: JSONValue

  package init(
    device: String, networkID: UUID, portID: UUID, macAddress: MACAddress, adminStateUp: Bool, networkType: String,
    segmentationID: Int?, physicalNetwork: String?, mtu: Int, fixedIPs: [FixedIP], deviceOwner: String,
    allowedAddressPairs: JSONValue = [], portSecurityEnabled: Bool, qosPolicyID: UUID? = nil,
    qosNetworkPolicyID: UUID? = nil, bandwidth: PortBandwidth = PortBandwidth(), profile: JSONValue = [:]
  ) {
    (self.device, self.networkID, self.portID, self.macAddress) = (device, networkID, portID, macAddress)
    (self.adminStateUp, self.networkType, self.segmentationID) = (adminStateUp, networkType, segmentationID)
    (self.physicalNetwork, self.mtu, self.fixedIPs) = (physicalNetwork, mtu, fixedIPs)
    (self.deviceOwner, self.allowedAddressPairs) = (deviceOwner, allowedAddressPairs)
    (self.portSecurityEnabled, self.profile) = (portSecurityEnabled, profile)
    (self.qosPolicyID, self.qosNetworkPolicyID, self.bandwidth) = (qosPolicyID, qosNetworkPolicyID, bandwidth)
  }

  init(_ members: Members) throws {
    device = try members.string("device")
    networkID = try members.uuid("network_id")
    portID = try members.uuid("port_id")
    macAddress = try members.macAddress("mac_address")
    adminStateUp = try members.bool("admin_state_up")
    networkType = try members.string("network_type")
    segmentationID = try members.optionalInteger("segmentation_id")
    physicalNetwork = try members.optionalString("physical_network")
    mtu = try members.integer("mtu")
    fixedIPs = try members.objects("fixed_ips") { fixedIP in
      FixedIP(subnetID: try fixedIP.uuid("subnet_id"), ipAddress: try fixedIP.string("ip_address"))
    }
    deviceOwner = try members.string("device_owner")
    allowedAddressPairs = members["allowed_address_pairs"] ?? []
    portSecurityEnabled = try members.optionalBool("port_security_enabled") ?? true
    qosPolicyID = try members.optionalUUID("qos_policy_id")
    qosNetworkPolicyID = try members.optionalUUID("qos_network_policy_id")
    bandwidth = try PortBandwidth(members, "qos_rules")
    profile = members["profile"] ?? [:]
  }

  /// All members that upstream's server sends, in its order: its agents read some of them without asking whether they
  /// are there.
  var json: JSONValue {
    var object: JSONObject = [
      "device": .string(device), "network_id": .string("\(networkID)"), "port_id": .string("\(portID)"),
      "mac_address": .string("\(macAddress)"), "admin_state_up": .bool(adminStateUp),
      "network_type": .string(networkType), "segmentation_id": JSONValue(segmentationID),
      "physical_network": JSONValue(physicalNetwork), "mtu": JSONValue(mtu),
      "fixed_ips": .array(
        fixedIPs.map { ["subnet_id": .string("\($0.subnetID)"), "ip_address": .string($0.ipAddress)] }),
      "device_owner": .string(deviceOwner), "allowed_address_pairs": allowedAddressPairs,
      "port_security_enabled": .bool(portSecurityEnabled), "qos_policy_id": JSONValue(qosPolicyID?.description),
      "qos_network_policy_id": JSONValue(qosNetworkPolicyID?.description), "profile": profile,
      "propagate_uplink_status": false,
    ]
    object["qos_rules"] = bandwidth.rulesJSON
    return .object(object)
  }
}

extension JSONValue {
  /// An object of times by name; `nil` if there are none, so that the member stays out of the body.
  init?(_ times: [String: Timestamp]) {
    guard !times.isEmpty else { return nil }
    self = .object(
      JSONObject(
        members: times.sorted { $0.key < $1.key }.map {
          JSONObject.Member(name: $0.key, value: .string($0.value.description))
        }))
  }
}
