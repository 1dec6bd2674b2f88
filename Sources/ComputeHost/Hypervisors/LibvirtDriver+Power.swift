internal import Libvirt
package import Model

extension LibvirtDriver {
  package func shutDown(_ instanceID: UUID) async throws {
    guard let guest = try await connected().guest(id: "\(instanceID)") else { return }
    try await Self.unlessStopped { try await guest.requestShutdown() }
  }

  package func pause(_ instanceID: UUID) async throws {
    let guest = try await guest(instanceID)
    // Pausing a paused guest is an error of libvirt's, and one that died in between is one of ours.
    if try await Self.powerState(of: guest) != .paused { try await guest.pause() }
  }

  package func save(_ instanceID: UUID, to path: String) async throws {
    guard let guest = try await connected().guest(id: "\(instanceID)") else {
      guard HostFiles.exists(path) else {
        throw LibvirtError(code: .noGuest, message: "there is no guest of instance \(instanceID) to be saved")
      }
      return
    }
    // A save that was interrupted must not be taken for a whole one.
    let part = "\(path).part"
    try HostFiles.remove(path)
    let taps = try await foreignTaps(of: guest)
    try await guest.save(to: part)
    try HostFiles.move(part, to: path)
    try await removeTaps(taps)
  }

  /// The guest has the devices it had when it was saved. Ports that were taken from it since then are detached by
  /// whoever takes them.
  package func restore(_ guest: GuestConfiguration, from path: String, paused: Bool) async throws {
    let connection = try await connected()
    try await removeTaps(guest.interfaces.map(\.tap))
    // libvirt wants to find the taps that were not its own, and still are not.
    let foreign = Set(try await connection.savedInterfaces(in: path).filter { !$0.isTapManaged }.map(\.tap))
    for vif in guest.interfaces where foreign.contains(vif.tap) { try await links.makeTap(vif) }
    try await withFreeTaps(guest.instanceID) { try await connection.restoreGuest(from: path, paused: paused) }
  }

  /// A guest that is to stop may have stopped by itself.
  static func unlessStopped(_ body: @Sendable () async throws -> Void) async throws {
    do {
      try await body()
    } catch let error as LibvirtError where error.code == .noGuest || error.code == .operationInvalid {}
  }
}
