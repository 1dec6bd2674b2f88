package import JSON
package import Model

/// A port of an instance as the Networking API shows it, with what a compute host needs to plug it.
package struct InstancePort: Hashable, Sendable {
  package var id: UUID
  package var networkID: UUID
  package var macAddress: MACAddress
  /// `ACTIVE`, `DOWN`, `BUILD` or `ERROR`.
  package var status: String
  package var isAdminStateUp: Bool
  package var deviceID: String
  package var deviceOwner: String
  /// `binding:host_id`; empty when the port is bound nowhere.
  package var hostID: String
  /// `binding:vif_type`: how the port is to be plugged; `nil` if the service does not say.
  package var vifType: String?
  /// `binding:vif_details`, an object.
  package var vifDetails: JSONValue
  /// The subnets that its addresses are of.
  package var subnetIDs: [UUID]

  package init(
    id: UUID, networkID: UUID, macAddress: MACAddress, status: String, isAdminStateUp: Bool = true, deviceID: String,
    deviceOwner: String = "", hostID: String, vifType: String?, vifDetails: JSONValue = [:],
    subnetIDs: [UUID] = []
  ) {
    (self.id, self.networkID, self.macAddress, self.status) = (id, networkID, macAddress, status)
    (self.isAdminStateUp, self.deviceID, self.deviceOwner) = (isAdminStateUp, deviceID, deviceOwner)
    (self.hostID, self.vifType, self.vifDetails) = (hostID, vifType, vifDetails)
    self.subnetIDs = subnetIDs
  }

  /// Reads the `port` of a body; `nil` if it is none.
  package init?(json: JSONValue) {
    guard let id = json["id"]?.string.flatMap({ UUID($0) }),
      let networkID = json["network_id"]?.string.flatMap({ UUID($0) }),
      let macAddress = json["mac_address"]?.string.flatMap({ MACAddress($0) }),
      let status = json["status"]?.string
    else { return nil }
    self.init(
      id: id, networkID: networkID, macAddress: macAddress, status: status,
      isAdminStateUp: json["admin_state_up"]?.bool ?? true, deviceID: json["device_id"]?.string ?? "",
      deviceOwner: json["device_owner"]?.string ?? "", hostID: json["binding:host_id"]?.string ?? "",
      vifType: json["binding:vif_type"]?.string, vifDetails: json["binding:vif_details"] ?? [:],
      subnetIDs: (json["fixed_ips"]?.array ?? []).compactMap { $0["subnet_id"]?.string.flatMap { UUID($0) } })
  }

  /// Whether a boot has to wait for the port: Nova waits for what is administratively up and not ACTIVE yet.
  package var needsPlugging: Bool { isAdminStateUp && status != "ACTIVE" }
}

/// What a compute host asks of the Networking service. Each call has a deadline of its own.
package protocol NetworkingAPI: Sendable {
  /// Every port whose `device_id` is this instance.
  func ports(of instanceID: UUID) async throws -> [InstancePort]

  func port(_ id: UUID) async throws -> InstancePort

  /// Makes a port for an instance and binds it to a host, in one request.
  func createPort(_ port: NewPort) async throws -> InstancePort

  /// Gives a port that exists to an instance, and binds it to a host.
  func bindPort(_ id: UUID, to instanceID: UUID, on host: String) async throws -> InstancePort

  /// Takes a port that its user made away from its instance and its host. One that has gone is a success.
  func unbindPort(_ id: UUID) async throws

  /// Takes a port off its host; it stays its instance's, which is on no host. One that has gone is a success.
  func releasePort(_ id: UUID) async throws

  /// Binds a port to one more host, where it is not active yet. A binding that is there is a success.
  func createBinding(of port: UUID, on host: String) async throws

  /// Makes a host's binding of a port the active one.
  func activateBinding(of port: UUID, on host: String) async throws

  /// Takes away a binding that is not active. One that has gone is a success.
  func deleteBinding(of port: UUID, on host: String) async throws

  /// Deletes a port. One that has gone is a success.
  func deletePort(_ id: UUID) async throws

  /// Whether one of the subnets has DHCP.
  func hasDHCP(onSubnets ids: Set<UUID>) async throws -> Bool

  /// The network's MTU in bytes of IP packet, if the service tells.
  func mtu(ofNetwork id: UUID) async throws -> Int?
}

/// A port to be made for an instance.
package struct NewPort: Hashable, Sendable {
  package var networkID: UUID
  package var instanceID: UUID
  package var projectID: String
  package var host: String
  package var fixedIP: String?
  /// Empty leaves the groups to the Networking service.
  package var securityGroups: [UUID]

  package init(
    networkID: UUID, instanceID: UUID, projectID: String, host: String, fixedIP: String?, securityGroups: [UUID] = []
  ) {
    (self.networkID, self.instanceID, self.projectID) = (networkID, instanceID, projectID)
    (self.host, self.fixedIP, self.securityGroups) = (host, fixedIP, securityGroups)
  }
}

/// Why the Networking service did not do what it was asked.
package struct NetworkingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The answer's status; `nil` if there was no answer.
  package let status: Int?
  /// Neutron's `type`, such as `IpAddressAlreadyAllocated`.
  package let type: String?
  package let message: String

  package init(status: Int?, type: String? = nil, message: String) {
    (self.status, self.type, self.message) = (status, type, message)
  }

  package var description: String { message }

  /// Whether the same call may succeed in a moment.
  package var isTransient: Bool { status.map { $0 >= 500 || $0 == 429 } ?? true }
}
