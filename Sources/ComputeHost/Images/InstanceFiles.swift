package import HostRPC
internal import Libvirt
package import Model

/// The folder of each instance on this host: its disks under Nova's names, its console's log, its saved memory.
///
/// A disk that is there is the user's data and is never made anew, until ``reset(_:)`` or ``remove(_:)``. One that is not
/// is made under another name and then moved into place, so that half a disk is never taken for a whole one.
package struct InstanceFiles: Sendable {
  let cache: ImageCache
  private let folder: String

  /// - Parameter folder: Nova's `instances_path`.
  package init(cache: ImageCache, folder: String) {
    (self.cache, self.folder) = (cache, folder)
  }

  /// What a guest boots from, and where its console goes.
  package struct Prepared: Hashable, Sendable {
    package var kernelBoot: GuestConfiguration.KernelBoot?
    package var disk: GuestConfiguration.Disk?
    /// What it boots from instead of the disk while it is rescued.
    package var rescueDisk: GuestConfiguration.Disk?
    /// The ephemeral disk and swap, if the flavor has them.
    package var additionalDisks: [GuestConfiguration.Disk] = []
    package var consoleLog: String
    package var firmwareVariables: String?

    package init(kernelBoot: GuestConfiguration.KernelBoot?, disk: GuestConfiguration.Disk?, consoleLog: String) {
      (self.kernelBoot, self.disk, self.consoleLog) = (kernelBoot, disk, consoleLog)
    }
  }

  /// Downloads what is not there yet, and makes what the instance does not have yet.
  ///
  /// - Parameter rescue: The image that the guest boots from while its own disks lie behind it; `nil` if it is not
  ///   rescued.
  package func prepare(_ request: BuildRequest, rescuingWith rescue: BuildRequest.Image? = nil) async throws -> Prepared
  {
    let id = request.instanceID
    try HostFiles.makeFolder(folder(of: id))
    async let kernelBoot = kernelBoot(rescue ?? request.image)
    async let additional = additionalDisks(for: request)
    let disk = try await disk(request.image, at: rootDisk(of: id), gigabytes: request.flavor.rootGB)
    var prepared = Prepared(kernelBoot: try await kernelBoot, disk: disk, consoleLog: consoleLog(of: id))
    prepared.additionalDisks = try await additional
    prepared.firmwareVariables = "\(folder(of: id))/uefi_vars.fd"
    // A rescue disk is as large as its image.
    if let rescue { prepared.rescueDisk = try await self.disk(rescue, at: rescueDisk(of: id), gigabytes: 0) }
    return prepared
  }

  /// Removes what only a rescued instance has.
  package func removeRescue(of instanceID: UUID) throws { try HostFiles.remove(rescueDisk(of: instanceID)) }

  /// Removes the instance's disks and saved memory, for a rebuild to make them anew. The guest must not run.
  ///
  /// - Parameter keepsEphemeral: Whether the ephemeral disk stays.
  package func reset(_ request: BuildRequest, keepsEphemeral: Bool = false) throws {
    let folder = folder(of: request.instanceID)
    guard HostFiles.exists(folder) else { return }
    for name in try HostFiles.names(in: folder) {
      // The console tells of the guest's earlier lives.
      let stays = name.hasPrefix("console.log") || keepsEphemeral && name == Self.ephemeralName
      if !stays { try HostFiles.remove("\(folder)/\(name)") }
    }
  }

  /// Removes everything of an instance. What has gone is a success.
  package func remove(_ instanceID: UUID) throws {
    try HostFiles.remove(folder(of: instanceID))
  }

  /// Makes the root disk as large as a flavor has it. One that is as large already, or larger, is left as it is: a disk
  /// that became smaller would lose its end. The guest must not run.
  package func resizeRootDisk(of instanceID: UUID, toGigabytes gigabytes: Int) async throws {
    let path = rootDisk(of: instanceID)
    guard gigabytes > 0, HostFiles.exists(path) else { return }
    let size = try await BlockingThreads.shared.run { try DiskImage.virtualSize(of: path) }
    let wanted = UInt64(gigabytes) << 30
    if size < wanted { try await DiskImage.resize(path, .qcow2, to: wanted) }
  }

  // MARK: Names

  package func folder(of instanceID: UUID) -> String { "\(folder)/\(instanceID)" }

  package func rootDisk(of instanceID: UUID) -> String { "\(folder(of: instanceID))/disk" }

  /// Whether the instance has a root disk on this host.
  package func hasDisk(_ instanceID: UUID) -> Bool { HostFiles.exists(rootDisk(of: instanceID)) }

  func rescueDisk(of instanceID: UUID) -> String { "\(folder(of: instanceID))/disk.rescue" }

  /// Where the instance's config drive is, if it has one: upstream's name.
  func configDrive(of instanceID: UUID) -> String { "\(folder(of: instanceID))/\(Self.configDriveName)" }

  static let configDriveName = "disk.config"

  static let ephemeralName = "disk.eph0"

  /// The memory of a suspended instance.
  package func savedMemory(of instanceID: UUID) -> String { "\(folder(of: instanceID))/memory.save" }

  package func removeSavedMemory(of instanceID: UUID) throws { try HostFiles.remove(savedMemory(of: instanceID)) }

  /// The disk of an instance on its way to become an image; the caller removes it.
  package func snapshot(of instanceID: UUID, image: UUID) -> String {
    "\(folder(of: instanceID))/snapshot-\(image)"
  }

  /// The file with what the guest has written to its serial console.
  package func consoleLog(of instanceID: UUID) -> String { "\(folder(of: instanceID))/console.log" }

  /// Every instance that has a folder here.
  package func instances() throws -> [UUID] {
    HostFiles.exists(folder) ? try HostFiles.names(in: folder).compactMap { UUID($0) } : []
  }
}
