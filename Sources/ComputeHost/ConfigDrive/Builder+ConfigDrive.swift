internal import HostRPC
internal import Libvirt
internal import Model

extension Builder {
  /// Writes the instance's config drive, if it is to have one; made anew whenever the guest is.
  ///
  /// - Parameter ports: What the instance has got; the drive tells of them.
  func configDrive(
    for request: BuildRequest, _ ports: [InstancePort]
  ) async throws -> GuestConfiguration.ConfigDrive? {
    guard try await needsConfigDrive(request, ports) else { return nil }
    let id = request.instanceID
    let contents = try await persistently("get_config_drive", logger: logger) { try await server.configDrive(of: id) }
    let path = files.configDrive(of: id)
    let disc = ISO9660(
      label: "config-2", files: contents.map { ISO9660.File(path: $0.path, contents: $0.contents) },
      time: request.createdAt)
    let folder = String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.endIndex))
    try await BlockingThreads.shared.run {
      try HostFiles.makeFolder(folder)
      try HostFiles.write(disc.bytes, to: path)
    }
    return GuestConfiguration.ConfigDrive(path: path, bus: GuestConfiguration.ConfigDrive.bus(request.image.properties))
  }

  /// The drive that was written for a guest that runs.
  func existingConfigDrive(of request: BuildRequest) -> GuestConfiguration.ConfigDrive? {
    let path = files.configDrive(of: request.instanceID)
    guard HostFiles.exists(path) else { return nil }
    return GuestConfiguration.ConfigDrive(path: path, bus: GuestConfiguration.ConfigDrive.bus(request.image.properties))
  }

  /// As `required_by` of `nova/virt/configdrive.py`; besides, an instance that would reach the metadata service through
  /// none of its networks has one.
  private func needsConfigDrive(_ request: BuildRequest, _ ports: [InstancePort]) async throws -> Bool {
    if request.configDrive || forceConfigDrive || request.image.properties["img_config_drive"] == "mandatory" {
      return true
    }
    if ports.isEmpty { return false }
    return try await !networking.hasDHCP(onSubnets: Set(ports.flatMap(\.subnetIDs)))
  }
}

extension GuestConfiguration.ConfigDrive {
  /// - Parameter properties: The image's.
  package static func bus(_ properties: [String: String]) -> DriveBus {
    let machine: DriveBus = properties["hw_machine_type"]?.contains("q35") == true ? .sata : .ide
    return properties["hw_cdrom_bus"].flatMap { DriveBus(rawValue: $0) } ?? machine
  }
}
