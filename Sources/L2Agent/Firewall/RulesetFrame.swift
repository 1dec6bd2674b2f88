import Crypto
import Model

/// The part of the rules that is the same on every host: the tables, their hooks, and what holds for all guests. Ports
/// come into it as elements of its sets and maps, so that a packet costs the same however many there are.
///
/// The table of the bridge family sees the taps' names but no connections; the table of the inet family sees
/// connections, through br_netfilter, but the bridge's name alone. So the latter hands the state over in the packet's
/// mark. Reasons and measurements: `docs/decisions/0002-security-groups.md`.
///
/// ```
/// tap -> prerouting: source, by device -> [br_netfilter: defragment, zone by bridge, track, state into the mark]
///     -> forward: from-guest, then the device's egress chain -> to-guest, then the other device's ingress chain
/// ```
package enum RulesetFrame {
  /// `bridge plugboard`
  package static let bridgeTable = "bridge plugboard"
  /// `inet plugboard_ct`
  package static let connectionTable = "inet plugboard_ct"

  // Our marks: the high half says whose the mark is, the low half the packet's connection.

  /// The mark of packets that came by a bridge of ours, before it is known what connection they belong to.
  static let unknownMark = "0x50b10004"
  /// The mark of packets of connections that were let through before, and of what belongs to them.
  static let establishedMark = "0x50b10001"

  /// Names the frame, so that an agent that finds it in the kernel leaves it alone.
  static let version = "frame-\(Digest.hex(text))"

  /// The commands that make the frame, or bring an older one to this form: atomic with what else is in the transaction,
  /// and without a packet that meets no rule.
  static var commands: String { text + "add chain \(bridgeTable) \(version)\n" }

  private static let text: String = {
    var commands = "add table \(bridgeTable)\nadd table \(connectionTable)\n"
    for (name, type) in sets { commands += "add set \(bridgeTable) \(name) { \(type); }\n" }
    for (name, type) in maps { commands += "add map \(bridgeTable) \(name) { \(type); }\n" }
    commands += "add map \(connectionTable) zones { typeof iifname : ct zone; }\n"
    for (table, chains) in [(bridgeTable, bridgeChains), (connectionTable, connectionChains)] {
      for chain in chains {
        let hook = chain.hook.map { " { type filter hook \($0); policy accept; }" } ?? ""
        commands += "add chain \(table) \(chain.name)\(hook)\nflush chain \(table) \(chain.name)\n"
      }
      for chain in chains { for rule in chain.rules { commands += "add rule \(table) \(chain.name) \(rule)\n" } }
    }
    return commands
  }()

  /// All begin with the device. `source` and `range` say who may send from where, `neighbour` the same as numbers that
  /// can be compared with a part of a packet for which nft has no name.
  private static let sets = [
    ("guests", "type ifname"),
    ("stateless", "type ifname"),
    ("mac", "type ifname . ether_addr"),
    ("source4", "type ifname . ether_addr . ipv4_addr"),
    ("source6", "type ifname . ether_addr . ipv6_addr"),
    ("range4", "type ifname . ether_addr . ipv4_addr; flags interval"),
    ("range6", "type ifname . ether_addr . ipv6_addr; flags interval"),
    ("own4", "type ifname . ipv4_addr"),
    ("own6", "type ifname . ipv6_addr"),
    ("routed", "type ifname"),
    ("neighbour", "typeof iifname . @th,64,128"),
    ("neighbour-range", "typeof iifname . @th,64,128; flags interval"),
    ("neighbour-mac", "typeof iifname . @th,208,48"),
  ]

  private static let maps = [
    ("ingress", "type ifname : verdict"), ("egress", "type ifname : verdict"), ("limits", "type ifname : limit"),
  ]

  /// How a packet comes into a port's chain.
  static func verdict(_ direction: TrafficDirection) -> String { direction == .ingress ? "jump" : "goto" }

  /// The chain that a map's value leads to; `nil` if it is no verdict.
  static func chain(in value: String) -> Substring? {
    value.hasPrefix("jump ") || value.hasPrefix("goto ") ? value.dropFirst(5) : nil
  }

  /// The names of the sets and maps whose keys begin with a device.
  static let deviceSets = Set(sets.map(\.0) + maps.map(\.0))
}

/// The first half of a SHA-256 in hexadecimal: names that stand for what they are made from.
enum Digest {
  static func hex(_ text: String) -> String {
    let digits = Array("0123456789abcdef")
    return SHA256.hash(data: Array(text.utf8)).prefix(16).reduce(into: "") {
      $0.append(digits[Int($1 >> 4)])
      $0.append(digits[Int($1 & 15)])
    }
  }
}
