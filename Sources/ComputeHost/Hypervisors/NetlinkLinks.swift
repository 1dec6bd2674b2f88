internal import Libvirt
internal import Model
package import Netlink

/// The host's interfaces through rtnetlink.
package struct NetlinkLinks: HostLinks {
  private let socket: NetlinkSocket
  private let remover: LinkRemover
  private let namespace: NetworkNamespace?

  /// - Parameter namespace: Where the interfaces are; `nil` for that of the calling thread.
  package init(in namespace: NetworkNamespace? = nil) throws {
    socket = try NetlinkSocket(in: namespace)
    remover = try LinkRemover(in: namespace)
    self.namespace = namespace
  }

  package func ensureBridge(_ name: String, mtu: Int?) async throws {
    // These calls take tens of microseconds each and do not wait for anybody.
    _ = try bridge(name, mtu: mtu)
  }

  package func makeTap(_ vif: VIF) async throws {
    let bridge = try bridge(vif.bridge, mtu: vif.mtu)
    // The descriptor is closed at the end of this function; the tap stays, since it is persistent.
    let tap = try Tap(vif.tap, isPersistent: true, in: namespace)
    guard let link = try socket.link(named: tap.name) else { throw NetlinkError.missing(vif.tap) }
    // The host's end has libvirt's prefix before the guest's address, so that a bridge never takes it for its own.
    let mac = vif.macAddress.bits & 0x00FF_FFFF_FFFF | 0xFE00_0000_0000
    try socket.change(link, LinkChange(isUp: true, mtu: vif.mtu, master: bridge.index, mac: mac))
  }

  package func removeLink(_ name: String) async throws {
    guard let link = try socket.link(named: name) else { return }
    try await remover.delete(link)
  }

  package func names() async throws -> Set<String> { Set(try socket.links().map(\.name)) }

  /// The bridge, made and set up as far as it was not. The agent may do the same at the same moment.
  private func bridge(_ name: String, mtu: Int?) throws -> Link {
    if let bridge = try socket.link(named: name) {
      if !bridge.isUp { try socket.change(bridge, LinkChange(isUp: true)) }
      return bridge
    }
    do throws(NetlinkError) {
      let bridge = try socket.createBridge(name, mtu: mtu)
      try socket.change(bridge, LinkChange(isUp: true))
      return bridge
    } catch {
      guard error.isExistingLink, let bridge = try socket.link(named: name) else { throw error }
      return bridge
    }
  }
}

extension NetlinkError {
  fileprivate static func missing(_ link: String) -> NetlinkError {
    NetlinkError(code: 19, operation: "find link", link: link)
  }
}
