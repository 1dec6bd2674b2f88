package import Model
import SQLite

extension Snapshot {
  /// - Parameter projectID: finds it only in this project; `nil` finds it in any.
  package func instance(_ id: UUID, inProject projectID: String? = nil) throws -> Instance? {
    try first(
      "SELECT \(InstanceColumns.all) FROM instances WHERE id = ?1 AND (?2 IS NULL OR project_id = ?2)", id, projectID
    ) { row in try Instance(row: row) }
  }

  /// What must be known of instances to judge events about them; those that do not exist are absent.
  package func eventTargets(_ ids: Set<UUID>) throws -> [UUID: EventTarget] {
    var targets: [UUID: EventTarget] = [:]
    for id in ids {
      targets[id] = try first(
        """
        SELECT instances.host, operation.owner, operation.destination_host
        FROM instances LEFT JOIN instance_operations AS operation ON operation.instance_id = instances.id
        WHERE instances.id = ?
        """,
        id
      ) { row in EventTarget(hosts: Set((0..<3).compactMap { row.optionalText($0) })) }
    }
    return targets
  }

  /// What a host should have, in the order of creation.
  package func instances(onHost host: String) throws -> [Instance] {
    try rows("SELECT \(InstanceColumns.all) FROM instances WHERE host = ? ORDER BY number", host) { row in
      try Instance(row: row)
    }
  }

  /// Instances that something is done to, and those that are being deleted: states that must not last for ever.
  package func instancesInPassing() throws -> [Instance] {
    try rows(
      """
      SELECT \(InstanceColumns.all) FROM instances
      WHERE task_state IS NOT NULL AND (host IS NOT NULL OR task_state = 'deleting') ORDER BY number
      """
    ) { row in try Instance(row: row) }
  }
}

extension Transaction {
  /// Writes a new instance, with its host if one has been chosen: that claims the host's room.
  package func insert(_ instance: Instance) throws {
    let flavor = instance.flavor
    let image = instance.image
    let request = instance.request
    try execute(
      """
      INSERT INTO instances (id, name, description, hostname, project_id, user_id, flavor_id, flavor_name, vcpus,
        memory_mb, root_gb, ephemeral_gb, swap_mb, extra_specs, image_id, image_disk_format, kernel_id, ramdisk_id,
        image_properties, networks, metadata, tags, security_groups, user_data, availability_zone, config_drive,
        reservation_id, launch_index, host, vm_state, task_state, power_state, fault_code, fault_message, fault_details,
        fault_at, created_at, updated_at, key_name, key_type, public_key, security_group_ids, access_ip_v4,
        access_ip_v6, disk_config, root_device_name, scheduler_hints, requested_ephemeral_gb, requested_swap_mb)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
        ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      instance.id, instance.name, instance.description, instance.hostname, instance.projectID, instance.userID,
      flavor.id,
      flavor.name, flavor.vcpus, flavor.memoryMB, flavor.rootGB, flavor.ephemeralGB, flavor.swapMB, flavor.extraSpecs,
      image?.id, image?.diskFormat, image?.kernelID, image?.ramdiskID, image?.properties ?? "{}", request.networks,
      request.metadata, request.tags, request.securityGroups, request.userData, request.availabilityZone,
      request.configDrive, instance.reservationID, instance.launchIndex, instance.host, instance.state.vm.rawValue,
      instance.state.task?.rawValue, instance.state.power.rawValue, instance.fault?.code, instance.fault?.message,
      instance.fault?.details, instance.fault?.createdAt, instance.createdAt, instance.updatedAt, request.key?.name,
      request.key?.type, request.key?.publicKey, request.securityGroupIDs, instance.accessIPv4, instance.accessIPv6,
      instance.diskConfig.rawValue, instance.rootDeviceName, request.schedulerHints, request.ephemeralGB,
      request.swapMB)
  }

  /// Writes what happens to an instance: its state, fault and times, its lock, and whether its network information is
  /// stale.
  package func update(_ instance: Instance, hostGuestID: String? = nil) throws {
    try execute(
      """
      UPDATE instances
      SET name = ?, description = ?, vm_state = ?, task_state = ?, power_state = ?, fault_code = ?, fault_message = ?,
        fault_details = ?, fault_at = ?, launched_at = ?, network_info_stale = ?,
        host_guest_id = coalesce(?, host_guest_id), updated_at = ?, locked_by = ?, locked_reason = ?
      WHERE id = ?
      """,
      instance.name, instance.description, instance.state.vm.rawValue, instance.state.task?.rawValue,
      instance.state.power.rawValue, instance.fault?.code, instance.fault?.message, instance.fault?.details,
      instance.fault?.createdAt, instance.launchedAt, instance.networkInfoIsStale, hostGuestID, now,
      instance.lock?.holder.rawValue, instance.lock?.reason, instance.id)
  }

  /// - Returns: Whether there was such an instance. Its actions go with it, its messages do not.
  @discardableResult
  package func deleteInstance(_ id: UUID) throws -> Bool {
    try execute("DELETE FROM instances WHERE id = ?", id) > 0
  }

  /// The next reader of the instance's addresses asks the Networking API again.
  package func markNetworkInfoStale(ofInstances ids: Set<UUID>) throws {
    for id in ids {
      try execute("UPDATE instances SET network_info_stale = 1 WHERE id = ? AND network_info_stale = 0", id)
    }
  }

  /// - Parameter networkInfo: JSON text, as in ``Instance/networkInfo``.
  package func setNetworkInfo(_ networkInfo: String, ofInstance id: UUID) throws {
    try execute("UPDATE instances SET network_info = ?, network_info_stale = 0 WHERE id = ?", networkInfo, id)
  }
}

enum InstanceColumns {
  static let all = """
    number, id, name, description, hostname, project_id, user_id, flavor_id, flavor_name, vcpus, memory_mb, root_gb,
    ephemeral_gb, swap_mb, extra_specs, image_id, image_disk_format, kernel_id, ramdisk_id, image_properties,
    networks, metadata, tags, security_groups, user_data, availability_zone, config_drive, reservation_id,
    launch_index, host, vm_state, task_state, power_state, fault_code, fault_message, fault_details, fault_at,
    network_info, network_info_stale, created_at, updated_at, launched_at, key_name, key_type, public_key,
    security_group_ids, locked_by, locked_reason, access_ip_v4, access_ip_v6, disk_config, root_device_name,
    scheduler_hints, requested_ephemeral_gb, requested_swap_mb
    """
}

extension Instance {
  init(row: Row) throws {
    self.init(
      id: try row.uuid(1), name: row.text(2), description: row.optionalText(3), hostname: row.text(4),
      projectID: row.text(5), userID: row.text(6), flavor: Flavor(instanceRow: row),
      image: try InstanceImage(instanceRow: row), request: InstanceRequest(instanceRow: row),
      reservationID: row.text(27), launchIndex: row.integer(28), createdAt: try row.timestamp(39))
    number = row.integer(0)
    host = row.optionalText(29)
    state = try InstanceState(instanceRow: row)
    if let code = row.optionalInteger(33) {
      fault = InstanceFault(
        code: code, message: row.text(34), details: row.text(35), createdAt: try row.timestamp(36))
    }
    networkInfo = row.text(37)
    networkInfoIsStale = row.bool(38)
    updatedAt = try row.timestamp(40)
    launchedAt = try row.optionalTimestamp(41)
    lock = row.isNull(46) ? nil : InstanceLock(holder: try row.value(46), reason: row.optionalText(47))
    accessIPv4 = row.optionalText(48)
    accessIPv6 = row.optionalText(49)
    diskConfig = try row.value(50)
    rootDeviceName = row.optionalText(51)
  }
}

extension Flavor {
  fileprivate init(instanceRow row: Row) {
    self.init(
      id: row.text(7), name: row.text(8), vcpus: row.integer(9), memoryMB: row.integer(10), rootGB: row.integer(11),
      ephemeralGB: row.integer(12), swapMB: row.integer(13), extraSpecs: row.text(14))
  }
}

extension InstanceImage {
  fileprivate init?(instanceRow row: Row) throws {
    guard let id = try row.optionalUUID(15) else { return nil }
    self.init(
      id: id, diskFormat: row.optionalText(16), kernelID: try row.optionalUUID(17), ramdiskID: try row.optionalUUID(18),
      properties: row.text(19))
  }
}

extension InstanceRequest {
  fileprivate init(instanceRow row: Row) {
    self.init()
    networks = row.text(20)
    metadata = row.text(21)
    tags = row.text(22)
    securityGroups = row.text(23)
    userData = row.optionalText(24)
    availabilityZone = row.optionalText(25)
    configDrive = row.bool(26)
    if let name = row.optionalText(42) {
      key = InstanceKey(name: name, type: row.optionalText(43) ?? "ssh", publicKey: row.optionalText(44) ?? "")
    }
    securityGroupIDs = row.text(45)
    schedulerHints = row.text(52)
    ephemeralGB = row.optionalInteger(53)
    swapMB = row.optionalInteger(54)
  }
}

extension InstanceState {
  fileprivate init(instanceRow row: Row) throws {
    guard let power = PowerState(rawValue: row.integer(32)) else {
      throw UnreadableColumn(name: row.name(32), text: row.text(32), expected: "one of PowerState")
    }
    self.init(vm: try row.value(30), task: row.isNull(31) ? nil : try row.value(31), power: power)
  }
}
