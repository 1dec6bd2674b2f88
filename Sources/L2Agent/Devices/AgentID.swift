import Model
package import Netlink

/// `lb` and a MAC address of the host: the name that the server knows this agent's reports by.
///
/// As upstream it is the address of the first mapped bridge, else of an interface; hardware goes before what was made in
/// software, so that the id outlives restarts. A host without any address gets one made from its name.
package func agentID(host: String, links: LinkTable, bridgeMappings: [String: String]) -> String {
  let mapped = bridgeMappings.sorted { $0.key < $1.key }.lazy.compactMap { links[$0.value]?.mac }.first
  let others = links.links.filter { !$0.isLoopback && $0.mac != nil && !InterfaceName.isTap($0.name) }
  let first = others.min { ($0.kind == nil ? 0 : 1, $0.index) < ($1.kind == nil ? 0 : 1, $1.index) }
  // FNV-1a, with the bit set that marks an address as nobody's.
  let made = host.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  return "lb\(MACAddress(bits: mapped ?? first?.mac ?? made & 0xFCFF_FFFF_FFFF | 0x0200_0000_0000).hex)"
}
