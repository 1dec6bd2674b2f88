internal import Libvirt
package import Model

extension LibvirtDriver {
  package func migrate(
    _ instanceID: UUID, to uri: String, guest configuration: GuestConfiguration, copiesDisks: Bool, timeout: Duration
  ) async throws {
    guard options.connectionURI != nil else {
      throw LibvirtError(
        code: .noSupport,
        message: "live migration takes libvirt's daemon on both hosts: set [libvirt] connection_uri")
    }
    let guest = try await guest(instanceID)
    let migration = GuestMigration(
      destination: uri, paths: try await paths(of: guest, becoming: configuration),
      copiedDisks: copiesDisks ? configuration.writableDisks.map(\.target) : [])
    let taps = try await foreignTaps(of: guest)
    try await Self.perform(migration, of: guest, within: timeout)
    try await removeTaps(taps)
  }

  private static func perform(_ migration: GuestMigration, of guest: Guest, within timeout: Duration) async throws {
    try await withThrowingTaskGroup(of: MigrationEnd.self) { group in
      group.addTask {
        try await guest.migrate(migration)
        return .moved
      }
      group.addTask {
        // An end before its time is that of the other task, or nobody wants the migration any more. libvirt's call
        // cannot be interrupted, but its job can.
        try? await Task.sleep(for: timeout)
        try await abort(guest)
        return .late
      }
      defer { group.cancelAll() }
      guard try await group.next() == .late else { return }
      do {
        _ = try await group.next()
      } catch is LibvirtError {
        try Task.checkCancellation()
        throw LibvirtError(code: .operationTimeout, message: "\(guest.name) could not be moved within \(timeout)")
      }
    }
  }

  private enum MigrationEnd {
    case moved
    case late
  }

  package func migrationProgress(of instanceID: UUID) async throws -> MigrationProgress? {
    guard let progress = try await connected().guest(id: "\(instanceID)")?.jobProgress() else { return nil }
    return MigrationProgress(
      memoryTotal: progress.memoryTotal, memoryProcessed: progress.memoryProcessed,
      memoryRemaining: progress.memoryRemaining, diskTotal: progress.diskTotal,
      diskProcessed: progress.diskProcessed, diskRemaining: progress.diskRemaining)
  }

  package func abortMigration(of instanceID: UUID) async throws {
    if let guest = try await connected().guest(id: "\(instanceID)") { try await Self.abort(guest) }
  }

  private static func abort(_ guest: Guest) async throws {
    try await unlessStopped { try await guest.abortJob() }
  }

  /// The files that have another path at the destination.
  private func paths(
    of guest: Guest, becoming configuration: GuestConfiguration
  ) async throws -> [String: String] {
    let disks = Dictionary(uniqueKeysWithValues: configuration.drives.map { ($0.target, $0.path) })
    var paths: [String: String] = [:]
    for disk in try await guest.disks() { if let here = disk.path { paths[here] = disks[disk.target] } }
    if let console = try await guest.consoleLog() { paths[console] = configuration.consoleLog }
    let boot = try await guest.bootFiles()
    if let kernel = boot.kernel { paths[kernel] = configuration.kernelBoot?.kernel }
    if let ramdisk = boot.ramdisk { paths[ramdisk] = configuration.kernelBoot?.ramdisk }
    return paths
  }
}
