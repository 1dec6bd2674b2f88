internal import Libvirt
package import Model

extension LibvirtDriver {
  package func copyDisk(of instanceID: UUID, from path: String, to copy: String) async throws {
    guard let guest = try await connected().guest(id: "\(instanceID)"),
      let disk = try await guest.disks().first(where: { $0.path == path })
    else { return try await DiskImage.convert(path, try DiskImage.format(of: path), to: copy) }
    let part = "\(copy).part"
    try HostFiles.remove(part)
    do {
      try await Self.copy(disk, of: guest, to: part)
      try HostFiles.replace(copy, with: part)
    } catch {
      // What is left of the copy must not hold on to the guest.
      try? await guest.endCopy(of: disk.target)
      try? HostFiles.remove(part)
      throw error
    }
  }

  /// The copy mirrors the disk until it has caught up, and shows the disk as it is when it is ended.
  private static func copy(_ disk: GuestDisk, of guest: Guest, to path: String) async throws {
    try await guest.startCopy(of: disk.target, to: path)
    let deadline = ContinuousClock.now + copyDeadline
    while true {
      guard let isComplete = try await guest.isCopyComplete(of: disk.target) else {
        throw LibvirtError(code: .operationFailed, message: "the copy of \(guest.name)'s disk broke off")
      }
      if isComplete { return try await guest.endCopy(of: disk.target) }
      guard ContinuousClock.now < deadline else {
        throw LibvirtError(code: .operationTimeout, message: "copying \(guest.name)'s disk took too long")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private static let copyDeadline = Duration.seconds(3600)
}
