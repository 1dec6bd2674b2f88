package import HostRPC
internal import Libvirt
package import Model

/// The folder of each instance on this host: its disk and its console's log.
package struct InstanceFiles: Sendable {
  private let cache: ImageCache
  private let folder: String

  /// - Parameter folder: Nova's `instances_path`.
  package init(cache: ImageCache, folder: String) {
    (self.cache, self.folder) = (cache, folder)
  }

  /// What a guest boots from, and where its console goes.
  package struct Prepared: Hashable, Sendable {
    package var kernelBoot: GuestConfiguration.KernelBoot?
    package var disk: GuestConfiguration.Disk?
    package var consoleLog: String
  }

  /// Downloads what is not there yet and makes the instance's disk. What an earlier try has left is made anew, which is
  /// right as long as the guest does not exist.
  package func prepare(_ request: BuildRequest) async throws -> Prepared {
    let folder = folder(of: request.instanceID)
    try HostFiles.makeFolder(folder)
    async let kernel = path(of: request.image.kernelID)
    async let ramdisk = path(of: request.image.ramdiskID)
    let disk = try await disk(for: request, in: folder)
    let kernelBoot = try await kernel.map { kernel in
      GuestConfiguration.KernelBoot(
        kernel: kernel, ramdisk: nil, commandLine: request.image.properties["os_command_line"])
    }
    var prepared = Prepared(kernelBoot: kernelBoot, disk: disk, consoleLog: consoleLog(of: request.instanceID))
    prepared.kernelBoot?.ramdisk = try await ramdisk
    return prepared
  }

  /// The file with what the guest has written to its serial console.
  package func consoleLog(of instanceID: UUID) -> String { "\(folder(of: instanceID))/console.log" }

  /// Removes everything of an instance. What has gone is a success.
  package func remove(_ instanceID: UUID) throws {
    try HostFiles.remove(folder(of: instanceID))
  }

  /// Where the instance's config drive is, if it has one: upstream's name.
  func configDrive(of instanceID: UUID) -> String { "\(folder(of: instanceID))/disk.config" }

  private func folder(of instanceID: UUID) -> String { "\(folder)/\(instanceID)" }

  private func path(of image: UUID?) async throws -> String? {
    guard let image else { return nil }
    return try await cache.file(of: image)
  }

  /// An overlay over the image, or `nil` if the image is only a kernel and a ramdisk by reference.
  private func disk(for request: BuildRequest, in folder: String) async throws -> GuestConfiguration.Disk? {
    let image = try await cache.describe(request.image.id)
    if image.size == 0, request.image.kernelID != nil { return nil }
    let backing = try await cache.file(of: request.image.id)
    let path = "\(folder)/disk"
    let format: GuestConfiguration.Disk.Format =
      (image.diskFormat ?? request.image.diskFormat) == "qcow2" ? .qcow2 : .raw
    let wanted = UInt64(max(0, request.flavor.rootGB)) << 30
    try await BlockingThreads.shared.run {
      let size = try Self.virtualSize(of: backing, format)
      guard wanted == 0 || size <= wanted else {
        throw ImageError("Flavor's disk is too small for requested image.")
      }
      let overlay = QCOW2Overlay(backingFile: backing, backingFormat: format, virtualSize: max(size, wanted))
      try HostFiles.write(overlay.bytes, to: path)
    }
    return GuestConfiguration.Disk(path: path, format: .qcow2)
  }

  private static func virtualSize(of path: String, _ format: GuestConfiguration.Disk.Format) throws -> UInt64 {
    switch format {
    case .raw: return UInt64(try HostFiles.size(of: path))
    case .qcow2:
      guard let size = QCOW2Overlay.virtualSize(header: try HostFiles.prefix(of: path, 32)) else {
        throw ImageError("the image is no qcow2 file")
      }
      return size
    }
  }
}
