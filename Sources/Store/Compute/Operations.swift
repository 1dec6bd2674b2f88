package import Model
import SQLite

extension Snapshot {
  /// What is being done to an instance; `nil` if nothing is.
  package func operation(ofInstance id: UUID) throws -> InstanceOperation? {
    try first("SELECT \(OperationColumns.all) FROM instance_operations WHERE instance_id = ?", id) { row in
      try InstanceOperation(row: row)
    }
  }

  package func operation(_ id: Int64) throws -> InstanceOperation? {
    try first("SELECT \(OperationColumns.all) FROM instance_operations WHERE id = ?", id) { row in
      try InstanceOperation(row: row)
    }
  }

  /// Every operation that has not ended, oldest first.
  package func operations() throws -> [InstanceOperation] {
    try rows("SELECT \(OperationColumns.all) FROM instance_operations ORDER BY id") { row in
      try InstanceOperation(row: row)
    }
  }
}

extension Snapshot {
  package func shelvedImage(ofInstance id: UUID) throws -> UUID? {
    try first("SELECT shelved_image_id FROM instances WHERE id = ?", id) { row in try row.optionalUUID(0) } ?? nil
  }
}

extension Transaction {
  /// Writes a new operation; one that the instance has is superseded, and its reports become old ones.
  /// - Returns: the operation's id.
  package func begin(_ operation: InstanceOperation) throws -> Int64 {
    try execute("DELETE FROM instance_operations WHERE instance_id = ?", operation.instanceID)
    try execute(
      """
      INSERT INTO instance_operations (instance_id, kind, leg, step, owner, arguments, before_vm_state,
        before_task_state, before_power_state, source_host, destination_host, request_id, user_id, project_id,
        started_at, lease_until, deadline)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      operation.instanceID, operation.kind.rawValue, operation.leg.rawValue, operation.step, operation.owner,
      operation.arguments, operation.before.vm.rawValue, operation.before.task?.rawValue,
      operation.before.power.rawValue, operation.sourceHost, operation.destinationHost, operation.requestID,
      operation.userID, operation.projectID, operation.startedAt, operation.leaseUntil, operation.deadline)
    return try first("SELECT id FROM instance_operations WHERE instance_id = ?", operation.instanceID) { row in
      Int64(row.integer(0))
    } ?? 0
  }

  /// The owner tells where it is.
  package func setStep(_ step: String, ofOperation id: Int64, leaseUntil: Timestamp) throws {
    try execute("UPDATE instance_operations SET step = ?, lease_until = ? WHERE id = ?", step, leaseUntil, id)
  }

  /// Hands an operation to the host of its next leg.
  package func pass(operation id: Int64, to leg: OperationLeg, owner: String, leaseUntil: Timestamp) throws {
    try execute(
      "UPDATE instance_operations SET leg = ?, step = 'requested', owner = ?, lease_until = ? WHERE id = ?",
      leg.rawValue, owner, leaseUntil, id)
  }

  /// A host has reported: it is at work on whatever it has.
  package func renewLeases(ofHost host: String, until time: Timestamp) throws {
    try execute("UPDATE instance_operations SET lease_until = ? WHERE owner = ?", time, host)
  }

  package func endOperation(_ id: Int64) throws {
    try execute("DELETE FROM instance_operations WHERE id = ?", id)
  }

  // MARK: Where an instance is

  /// Moves an instance: from now on it takes its room there. `nil` for no host.
  package func place(_ id: UUID, onHost host: String?) throws {
    try execute("UPDATE instances SET host = ?, updated_at = ? WHERE id = ?", host, now, id)
  }

  /// Gives an instance another size.
  package func setFlavor(_ flavor: Flavor, ofInstance id: UUID) throws {
    try execute(
      """
      UPDATE instances SET flavor_id = ?, flavor_name = ?, vcpus = ?, memory_mb = ?, root_gb = ?, ephemeral_gb = ?,
        swap_mb = ?, extra_specs = ?, updated_at = ? WHERE id = ?
      """,
      flavor.id, flavor.name, flavor.vcpus, flavor.memoryMB, flavor.rootGB, flavor.ephemeralGB, flavor.swapMB,
      flavor.extraSpecs, now, id)
  }

  /// Gives an instance another image, as a rebuild does.
  package func setImage(_ image: InstanceImage, ofInstance id: UUID) throws {
    try execute(
      """
      UPDATE instances SET image_id = ?, image_disk_format = ?, kernel_id = ?, ramdisk_id = ?, image_properties = ?,
        updated_at = ? WHERE id = ?
      """,
      image.id, image.diskFormat, image.kernelID, image.ramdiskID, image.properties, now, id)
  }

  /// Keeps room for an instance on a host that it is not on, as much as a flavor takes; an earlier claim there is
  /// replaced.
  package func claim(_ flavor: Flavor, onHost host: String, forInstance id: UUID) throws {
    try execute(
      """
      INSERT INTO instance_claims (instance_id, host, vcpus, memory_mb, disk_gb) VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT (instance_id, host) DO UPDATE SET vcpus = ?3, memory_mb = ?4, disk_gb = ?5
      """,
      id, host, flavor.vcpus, flavor.memoryMB, flavor.diskGB)
  }

  /// The image that holds a shelved instance's disk; `nil` when there is none any more.
  package func setShelvedImage(_ imageID: UUID?, ofInstance id: UUID) throws {
    try execute("UPDATE instances SET shelved_image_id = ? WHERE id = ?", imageID, id)
  }

  /// What the next leg of an operation must know.
  /// - Parameter arguments: JSON text.
  package func setArguments(_ arguments: String, ofOperation id: Int64) throws {
    try execute("UPDATE instance_operations SET arguments = ? WHERE id = ?", arguments, id)
  }

  /// Gives back the room that an instance holds on hosts besides its own.
  package func releaseClaims(ofInstance id: UUID) throws {
    try execute("DELETE FROM instance_claims WHERE instance_id = ?", id)
  }
}

private enum OperationColumns {
  static let all = """
    id, instance_id, kind, leg, step, owner, arguments, before_vm_state, before_task_state, before_power_state,
    source_host, destination_host, request_id, user_id, project_id, started_at, lease_until, deadline
    """
}

extension InstanceOperation {
  fileprivate init(row: Row) throws {
    guard let power = PowerState(rawValue: row.integer(9)) else {
      throw UnreadableColumn(name: row.name(9), text: row.text(9), expected: "one of PowerState")
    }
    self.init(
      id: Int64(row.integer(0)), instanceID: try row.uuid(1), kind: try row.value(2), leg: try row.value(3),
      step: row.text(4), owner: row.text(5), arguments: row.text(6),
      before: InstanceState(
        vm: try row.value(7), task: row.isNull(8) ? nil : try row.value(8), power: power),
      sourceHost: row.optionalText(10), destinationHost: row.optionalText(11), requestID: row.text(12),
      userID: row.text(13), projectID: row.text(14), startedAt: try row.timestamp(15),
      leaseUntil: try row.timestamp(16), deadline: try row.timestamp(17))
  }
}
