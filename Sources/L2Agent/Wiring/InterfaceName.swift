import Crypto
package import Model

/// The names of interfaces that upstream's agent and Nova agree on; operators and tools know them by heart.
package enum InterfaceName {
  /// `brq` and the first 11 characters of the network's id: 14 characters, as many as a name of the kernel may have with
  /// one to spare.
  package static func bridge(of network: UUID) -> String { "brq\(network.description.prefix(11))" }

  /// `tap` and the first 11 characters of the port's id.
  package static func tap(of port: UUID) -> String { "tap\(port.description.prefix(11))" }

  /// `vxlan-` and the VXLAN network identifier.
  package static func vxlan(_ identifier: Int) -> String { "vxlan-\(identifier)" }

  /// The longest name of an interface, in bytes.
  private static let limit = 15

  /// The 802.1Q subinterface of an interface: `eth1.100`. Where that would be too long, the interface's name is cut to 4
  /// bytes and the first 6 hexadecimal digits of its SHA-1, which leaves 5 for any VLAN: `long8f3d2e.100`.
  package static func subinterface(of interface: String, vlan: Int) -> String {
    let name = "\(interface).\(vlan)"
    let length = limit - 5
    if name.utf8.count <= limit || interface.utf8.count <= length { return name }
    let digest = Insecure.SHA1.hash(data: Array(interface.utf8)).prefix(3)
    let hash = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return "\(interface.prefix(length - hash.utf8.count))\(hash).\(vlan)"
  }

  /// Whether the interface may be a port's: its name begins with `tap`.
  package static func isTap(_ name: String) -> Bool { name.hasPrefix("tap") }

  /// Whether the name is that of a bridge which this agent, Nova or our compute host makes for a network.
  package static func isBridge(_ name: String) -> Bool {
    name.hasPrefix("brq") && name.utf8.count == 14
      && name.utf8.dropFirst(3).allSatisfy { $0 == UInt8(ascii: "-") || $0.hexadecimalDigit != nil }
  }
}
