internal import Libvirt
package import Model

extension LibvirtDriver {
  package func interfaces(of instanceID: UUID) async throws -> [AttachedInterface] {
    guard let guest = try await connected().guest(id: "\(instanceID)") else { return [] }
    return try await guest.interfaces().compactMap { interface in
      MACAddress(interface.macAddress).map { AttachedInterface(macAddress: $0, tap: interface.tap) }
    }
  }

  package func attach(_ vif: VIF, bandwidth: VIFBandwidth?, to instanceID: UUID) async throws {
    let guest = try await guest(instanceID)
    if try await guest.interface(vif.macAddress) != nil { return }
    let xml = vif.xml(bandwidth: bandwidth).text
    try await withFreeTaps(instanceID) { try await guest.attach(deviceXML: xml) }
  }

  /// A guest that boots does not hear the request, so it is repeated, as Nova does (`device_detach_attempts`).
  package func detach(_ macAddress: MACAddress, from instanceID: UUID) async throws {
    guard let guest = try await connected().guest(id: "\(instanceID)") else { return }
    let foreignTap = try await foreignTap(macAddress, of: guest)
    var refusal: LibvirtError?
    for _ in 1...options.detachAttempts {
      // Listening begins before the request, so that the event cannot come too early.
      let changes = try await changes(of: guest)
      do {
        guard let interface = try await guest.interface(macAddress) else { return try await removeTaps(foreignTap) }
        try await guest.requestDetach(deviceXML: interface.xml)
      } catch let error as LibvirtError where error.code == .noDevice || error.code == .noGuest {
        return try await removeTaps(foreignTap)
      } catch let error as LibvirtError {
        // QEMU says so while it still waits for the answer to the request before.
        refusal = error
      }
      let isGone = try await Self.wait(for: changes, within: .seconds(5)) {
        try await guest.interfaceIfThere(macAddress) == nil
      }
      if isGone { return try await removeTaps(foreignTap) }
    }
    let reason = refusal.map { ": \($0)" } ?? ""
    throw LibvirtError(
      code: .operationTimeout, message: "guest \(guest.name) did not let go of interface \(macAddress)\(reason)")
  }

  /// The interface's tap if libvirt will leave it.
  private func foreignTap(_ macAddress: MACAddress, of guest: Guest) async throws -> [String] {
    let interface = try await guest.interfaceIfThere(macAddress)
    return interface.map { $0.isTapManaged ? [] : [$0.tap] } ?? []
  }
}

extension Guest {
  fileprivate func interface(_ macAddress: MACAddress) async throws -> GuestInterface? {
    try await interfaces().first { MACAddress($0.macAddress) == macAddress }
  }

  /// A guest that has gone has no interface.
  fileprivate func interfaceIfThere(_ macAddress: MACAddress) async throws -> GuestInterface? {
    do {
      return try await interface(macAddress)
    } catch let error as LibvirtError where error.code == .noGuest {
      return nil
    }
  }
}
