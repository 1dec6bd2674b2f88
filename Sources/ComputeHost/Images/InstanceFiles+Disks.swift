internal import HostRPC
internal import Libvirt
internal import Model

extension InstanceFiles {
  func kernelBoot(_ image: BuildRequest.Image) async throws -> GuestConfiguration.KernelBoot? {
    guard let kernelID = image.kernelID else { return nil }
    async let kernel = cache.file(of: kernelID)
    async let ramdisk = optionalFile(of: image.ramdiskID)
    return GuestConfiguration.KernelBoot(
      kernel: try await kernel, ramdisk: try await ramdisk, commandLine: image.properties["os_command_line"])
  }

  private func optionalFile(of image: UUID?) async throws -> String? {
    guard let image else { return nil }
    return try await cache.file(of: image)
  }

  /// An overlay over an image; the one that is there, if there is one. `nil` if the image is only a kernel and a ramdisk
  /// by reference.
  ///
  /// - Parameter gigabytes: How large the disk becomes; 0 is as large as the image.
  func disk(
    _ image: BuildRequest.Image, at path: String, gigabytes: Int
  ) async throws -> GuestConfiguration.Disk? {
    let disk = GuestConfiguration.Disk(path: path, format: .qcow2)
    // The image may have been deleted since the disk was made.
    if HostFiles.exists(path) { return disk }
    let description = try await cache.describe(image.id)
    if description.size == 0, image.kernelID != nil { return nil }
    // Inspected, and converted if it was of a format that no overlay stands on.
    let backing = try await cache.disk(of: image.id)
    let wanted = UInt64(max(0, gigabytes)) << 30
    try await BlockingThreads.shared.run {
      guard max(backing.virtualSize, wanted) <= QCOW2Overlay.largestSize else {
        throw ImageError("the disk would be larger than any disk can be")
      }
      guard wanted == 0 || backing.virtualSize <= wanted else {
        throw ImageError("Flavor's disk is too small for requested image.")
      }
      let overlay = QCOW2Overlay(
        backingFile: backing.path, backingFormat: backing.format, virtualSize: max(backing.virtualSize, wanted))
      try HostFiles.write(overlay.bytes, to: path)
    }
    return disk
  }

  /// The disks that a flavor gives besides the root disk, made as far as they are not there.
  func additionalDisks(for request: BuildRequest) async throws -> [GuestConfiguration.Disk] {
    let folder = folder(of: request.instanceID)
    var disks: [GuestConfiguration.Disk] = []
    if request.flavor.ephemeralGB > 0 {
      let path = "\(folder)/\(Self.ephemeralName)"
      try await make(path) { try await DiskImage.makeEphemeral($0, gigabytes: request.flavor.ephemeralGB) }
      disks.append(GuestConfiguration.Disk(path: path, format: .raw))
    }
    if request.flavor.swapMB > 0 {
      let path = "\(folder)/disk.swap"
      try await make(path) { try await DiskImage.makeSwap($0, megabytes: request.flavor.swapMB) }
      disks.append(GuestConfiguration.Disk(path: path, format: .raw))
    }
    return disks
  }

  private func make(_ path: String, _ body: (String) async throws -> Void) async throws {
    if HostFiles.exists(path) { return }
    let part = "\(path).part"
    try HostFiles.remove(part)
    try await body(part)
    try HostFiles.move(part, to: path)
  }
}
