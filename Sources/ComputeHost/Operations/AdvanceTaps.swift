internal import Model

/// The taps that were made for a guest before it arrived by live migration. QEMU takes them over, but they outlive it, so
/// they are removed by hand when the guest has gone: else its ports would stay ACTIVE.
struct AdvanceTaps: Sendable {
  let files: InstanceFiles
  let links: any HostLinks

  private func list(of id: UUID) -> String { "\(files.folder(of: id))/taps" }

  /// Writes the names down before the taps are made, so that a crash leaves none that nobody knows.
  func make(_ vifs: [VIF], of id: UUID) async throws {
    try HostFiles.makeFolder(files.folder(of: id))
    try HostFiles.write(Array(vifs.map(\.tap).joined(separator: "\n").utf8), to: list(of: id))
    for vif in vifs {
      try await links.ensureBridge(vif.bridge, mtu: vif.mtu)
      try await links.makeTap(vif)
    }
  }

  /// Removes what is left; without any nothing happens.
  func remove(of id: UUID) async throws {
    guard let names = HostFiles.text(of: list(of: id)) else { return }
    for name in names.split(separator: "\n") { try await links.removeLink(String(name)) }
    try HostFiles.remove(list(of: id))
  }
}
