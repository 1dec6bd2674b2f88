/// A virtual machine as the Compute service knows it: what was asked for, where it is, and what its host last said.
///
/// The parts of it that only travel through (metadata, requested networks, network information, properties of the
/// image) are kept as the JSON text that stands in their columns.
package struct Instance: Hashable, Sendable {
  package let id: UUID
  /// The row's number; `instance-0000001b` is made of it. Zero before the row exists.
  package var number: Int
  package var name: String
  package var description: String?
  package var hostname: String
  package var projectID: String
  package var userID: String
  /// The flavor as it was when the instance was created; a later change of the flavor does not reach it.
  package var flavor: Flavor
  package var image: InstanceImage?
  package var request: InstanceRequest
  package var state: InstanceState
  /// The compute host that has the instance; `nil` until one is chosen.
  package var host: String?
  package var fault: InstanceFault?
  package var reservationID: String
  package var launchIndex: Int
  package var createdAt: Timestamp
  package var updatedAt: Timestamp
  package var launchedAt: Timestamp?
  /// JSON text: a list of `{"network", "network_id", "port_id", "mac_address", "addresses"}`, as the Networking API
  /// last told it.
  package var networkInfo: String
  /// Something has happened since ``networkInfo`` was fetched, and the next reader fetches it again.
  package var networkInfoIsStale: Bool
  /// Keeps everybody but administrators from changing the instance; `nil` if nobody has locked it.
  package var lock: InstanceLock?
  /// Where the owner says that the instance is reached; `nil` if nowhere.
  package var accessIPv4: String?
  package var accessIPv6: String?
  package var diskConfig: DiskConfig
  /// Such as `/dev/vda`; `nil` without a disk.
  package var rootDeviceName: String?

  package init(
    id: UUID, name: String, description: String?, hostname: String, projectID: String, userID: String, flavor: Flavor,
    image: InstanceImage?, request: InstanceRequest, reservationID: String, launchIndex: Int, createdAt: Timestamp
  ) {
    self.id = id
    self.number = 0
    self.name = name
    self.description = description
    self.hostname = hostname
    self.projectID = projectID
    self.userID = userID
    self.flavor = flavor
    self.image = image
    self.request = request
    self.state = .scheduling
    self.reservationID = reservationID
    self.launchIndex = launchIndex
    self.createdAt = createdAt
    self.updatedAt = createdAt
    self.networkInfo = "[]"
    self.networkInfoIsStale = false
    self.diskConfig = .manual
    self.rootDeviceName = image == nil ? nil : "/dev/vda"
  }
}

/// That an instance is not to be changed, and why.
package struct InstanceLock: Hashable, Sendable {
  /// Who has locked it; what an administrator has locked the owner cannot unlock.
  package enum Holder: String, Sendable {
    case owner
    case admin
  }

  package var holder: Holder
  package var reason: String?

  package init(holder: Holder, reason: String? = nil) {
    (self.holder, self.reason) = (holder, reason)
  }
}

/// `OS-DCF:diskConfig`: whether the root file system is to be made as large as the disk. It is kept and shown; what is
/// inside a disk is the image's business.
package enum DiskConfig: String, CaseIterable, Sendable {
  case auto = "AUTO"
  case manual = "MANUAL"
}

/// The image that an instance was created from.
package struct InstanceImage: Hashable, Sendable {
  package var id: UUID
  package var diskFormat: String?
  /// The kernel and the RAM disk of a guest that is booted directly, without a boot loader.
  package var kernelID: UUID?
  package var ramdiskID: UUID?
  /// JSON text: an object of the image's custom properties.
  package var properties: String

  package init(id: UUID, diskFormat: String?, kernelID: UUID?, ramdiskID: UUID?, properties: String) {
    self.id = id
    self.diskFormat = diskFormat
    self.kernelID = kernelID
    self.ramdiskID = ramdiskID
    self.properties = properties
  }
}

/// What `POST /servers` asked for beside flavor and image.
package struct InstanceRequest: Hashable, Sendable {
  /// JSON text: a list of `{"network_id"?, "port_id"?, "fixed_ip"?, "tag"?}`.
  package var networks = "[]"
  /// JSON text: an object of strings.
  package var metadata = "{}"
  /// JSON text: a list of strings.
  package var tags = "[]"
  /// JSON text: a list of names.
  package var securityGroups = "[]"
  /// JSON text: a list of the ids of these groups; empty if the Networking service's default is meant.
  package var securityGroupIDs = "[]"
  /// The key that goes into the guest.
  package var key: InstanceKey?
  /// Base64, as it was sent.
  package var userData: String?
  package var availabilityZone: String?
  package var configDrive = false
  /// JSON text: an object, `os:scheduler_hints` as it was sent.
  package var schedulerHints = "{}"
  /// The blank disks that `block_device_mapping_v2` names; `nil` leaves them to the flavor.
  package var ephemeralGB: Int?
  package var swapMB: Int?

  package init() {}
}

/// Why an instance is in ERROR.
package struct InstanceFault: Hashable, Sendable {
  package var code: Int
  package var message: String
  /// More of the reason, shown to administrators only.
  package var details: String
  package var createdAt: Timestamp

  package init(code: Int, message: String, details: String, createdAt: Timestamp) {
    self.code = code
    self.message = message
    self.details = details
    self.createdAt = createdAt
  }
}
