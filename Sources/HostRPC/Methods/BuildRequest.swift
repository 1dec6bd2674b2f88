package import JSON
package import Model

/// Everything a compute host needs to build an instance, as it stood when the build was asked for.
package struct BuildRequest: JSONConvertible, Hashable, Sendable {
  /// The size of the guest.
  package struct Flavor: Hashable, Sendable {
    package var id: String
    package var name: String
    package var vcpus: Int
    package var memoryMB: Int
    package var rootGB: Int
    package var ephemeralGB: Int
    package var swapMB: Int
    /// Such as `quota:vif_inbound_average`.
    package var extraSpecs: [String: String]

    package init(
      id: String, name: String, vcpus: Int, memoryMB: Int, rootGB: Int, ephemeralGB: Int = 0, swapMB: Int = 0,
      extraSpecs: [String: String] = [:]
    ) {
      (self.id, self.name, self.vcpus) = (id, name, vcpus)
      (self.ephemeralGB, self.swapMB) = (ephemeralGB, swapMB)
      (self.memoryMB, self.rootGB, self.extraSpecs) = (memoryMB, rootGB, extraSpecs)
    }
  }

  /// What the guest boots from.
  package struct Image: Hashable, Sendable {
    package var id: UUID
    package var diskFormat: String
    /// The image that holds the kernel, for direct kernel boot.
    package var kernelID: UUID?
    package var ramdiskID: UUID?
    /// Such as `os_command_line`, `hw_machine_type`.
    package var properties: [String: String]

    package init(
      id: UUID, diskFormat: String, kernelID: UUID? = nil, ramdiskID: UUID? = nil, properties: [String: String] = [:]
    ) {
      (self.id, self.diskFormat, self.kernelID) = (id, diskFormat, kernelID)
      (self.ramdiskID, self.properties) = (ramdiskID, properties)
    }
  }

  /// One element of the `networks` of `POST /servers`: a network to make a port on, or a port that exists.
  package struct Network: Hashable, Sendable {
    package var networkID: UUID?
    package var portID: UUID?
    package var fixedIP: String?

    package init(networkID: UUID? = nil, portID: UUID? = nil, fixedIP: String? = nil) {
      (self.networkID, self.portID, self.fixedIP) = (networkID, portID, fixedIP)
    }
  }

  package var instanceID: UUID
  package var name: String
  package var projectID: String
  package var userID: String
  package var flavor: Flavor
  package var image: Image
  package var networks: [Network]
  package var metadata: [String: String]
  /// Base64, as it was given to `POST /servers`.
  package var userData: String?
  package var configDrive: Bool
  /// What the ports that are made for the instance get; empty leaves them to the Networking service.
  package var securityGroupIDs: [UUID]
  package var createdAt: Timestamp

  package init(
    instanceID: UUID, name: String, projectID: String, userID: String, flavor: Flavor, image: Image,
    networks: [Network], metadata: [String: String] = [:], userData: String? = nil, configDrive: Bool = false,
    securityGroupIDs: [UUID] = [], createdAt: Timestamp
  ) {
    (self.instanceID, self.name, self.projectID, self.userID) = (instanceID, name, projectID, userID)
    (self.flavor, self.image, self.networks, self.metadata) = (flavor, image, networks, metadata)
    (self.userData, self.configDrive, self.createdAt) = (userData, configDrive, createdAt)
    self.securityGroupIDs = securityGroupIDs
  }

  package init(json: JSONValue) throws {
    try self.init(Members(json))
  }

  init(_ members: Members) throws {
    instanceID = try members.uuid("instance_id")
    name = try members.string("name")
    projectID = try members.string("project_id")
    userID = try members.string("user_id")
    flavor = try Flavor(members.members("flavor"))
    image = try Image(members.members("image"))
    networks = try members.objects("networks", Network.init)
    metadata = try members.texts("metadata")
    userData = try members.optionalString("user_data")
    configDrive = try members.optionalBool("config_drive") ?? false
    securityGroupIDs = try members.strings("security_groups", defaultsToEmpty: true).compactMap { UUID($0) }
    createdAt = try members.timestamp("created_at")
  }

  package var json: JSONValue {
    [
      "instance_id": .string("\(instanceID)"), "name": .string(name), "project_id": .string(projectID),
      "user_id": .string(userID), "flavor": flavor.json, "image": image.json,
      "networks": .array(networks.map(\.json)), "metadata": JSONValue(texts: metadata),
      "user_data": JSONValue(userData), "config_drive": .bool(configDrive),
      "security_groups": .array(securityGroupIDs.map { .string("\($0)") }),
      "created_at": .string(createdAt.description),
    ]
  }
}

extension BuildRequest.Flavor {
  init(_ members: Members) throws {
    id = try members.string("id")
    name = try members.string("name")
    vcpus = try members.integer("vcpus")
    memoryMB = try members.integer("memory_mb")
    rootGB = try members.integer("root_gb")
    ephemeralGB = try members.optionalInteger("ephemeral_gb") ?? 0
    swapMB = try members.optionalInteger("swap_mb") ?? 0
    extraSpecs = try members.texts("extra_specs")
  }

  var json: JSONValue {
    [
      "id": .string(id), "name": .string(name), "vcpus": JSONValue(vcpus), "memory_mb": JSONValue(memoryMB),
      "root_gb": JSONValue(rootGB), "ephemeral_gb": JSONValue(ephemeralGB), "swap_mb": JSONValue(swapMB),
      "extra_specs": JSONValue(texts: extraSpecs),
    ]
  }
}

extension BuildRequest.Image: JSONConvertible {
  package init(json: JSONValue) throws {
    try self.init(Members(json))
  }

  init(_ members: Members) throws {
    id = try members.uuid("id")
    diskFormat = try members.string("disk_format")
    kernelID = try members.optionalUUID("kernel_id")
    ramdiskID = try members.optionalUUID("ramdisk_id")
    properties = try members.texts("properties")
  }

  package var json: JSONValue {
    [
      "id": .string("\(id)"), "disk_format": .string(diskFormat), "kernel_id": JSONValue(kernelID?.description),
      "ramdisk_id": JSONValue(ramdiskID?.description), "properties": JSONValue(texts: properties),
    ]
  }
}

extension BuildRequest.Network {
  init(_ members: Members) throws {
    networkID = try members.optionalUUID("network_id")
    portID = try members.optionalUUID("port_id")
    fixedIP = try members.optionalString("fixed_ip")
  }

  var json: JSONValue {
    [
      "network_id": JSONValue(networkID?.description), "port_id": JSONValue(portID?.description),
      "fixed_ip": JSONValue(fixedIP),
    ]
  }
}

extension JSONValue {
  /// An object of strings by name, sorted, so that the same map is always the same text.
  init(texts: [String: String]) {
    self = .object(
      JSONObject(
        members: texts.sorted { $0.key < $1.key }.map { JSONObject.Member(name: $0.key, value: .string($0.value)) }))
  }
}
