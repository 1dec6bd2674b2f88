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

  /// Whether the interface may be a port's: its name begins with `tap`.
  package static func isTap(_ name: String) -> Bool { name.hasPrefix("tap") }

  /// Whether the name is that of a bridge which this agent, Nova or our compute host makes for a network.
  package static func isBridge(_ name: String) -> Bool {
    name.hasPrefix("brq") && name.utf8.count == 14
      && name.utf8.dropFirst(3).allSatisfy { $0 == UInt8(ascii: "-") || $0.hexadecimalDigit != nil }
  }
}
