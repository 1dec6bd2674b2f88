package import JSON

/// `security_group_info_for_devices`: the rules that an agent has to enforce on some devices.
package enum SecurityGroupInfoForDevices: RPCMethod {
  package static let name = "security_group_info_for_devices"
  package static let version = "1.3"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    package var devices: [String]

    package init(devices: [String]) {
      self.devices = devices
    }

    package init(json: JSONValue) throws {
      devices = try Members(json).strings("devices")
    }

    package var json: JSONValue { ["devices": JSONValue(devices), "call_version": "1.3"] }
  }

  /// The three parts of upstream's answer, each an object.
  package struct Result: JSONConvertible, Hashable, Sendable {
    /// By port id: the port with its `security_group_rules`, `security_group_source_groups` and `device`.
    package var devices: JSONValue
    /// By group id: the group's rules.
    package var securityGroups: JSONValue
    /// By group id: `{"IPv4": [[address, mac]], "IPv6": []}`.
    package var memberIPs: JSONValue

    package init(devices: JSONValue = [:], securityGroups: JSONValue = [:], memberIPs: JSONValue = [:]) {
      (self.devices, self.securityGroups, self.memberIPs) = (devices, securityGroups, memberIPs)
    }

    package init(json: JSONValue) throws {
      let members = try Members(json)
      devices = try members.object("devices")
      securityGroups = try members.object("security_groups")
      memberIPs = try members.object("sg_member_ips")
    }

    package var json: JSONValue {
      ["devices": devices, "security_groups": securityGroups, "sg_member_ips": memberIPs]
    }
  }
}
