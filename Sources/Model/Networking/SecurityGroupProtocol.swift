/// An IP protocol as a rule names it: by one of upstream's names or by its number.
package struct IPProtocol: Hashable, Sendable {
  /// As the client wrote it, but in small letters.
  package let text: String

  /// Reads a name or a number from 0 to 255. Else `nil`.
  package init?(_ text: some StringProtocol) {
    let text = text.lowercased()
    let isNumber = (1...3).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) }
    if isNumber {
      guard let number = UInt8(text) else { return nil }
      // 06 is 6.
      self.text = "\(number)"
    } else {
      guard Self.numbers[text] != nil else { return nil }
      self.text = text
    }
  }

  private init(known text: String) {
    self.text = text
  }

  package static let tcp = IPProtocol(known: "tcp")
  package static let udp = IPProtocol(known: "udp")
  package static let ipv6ICMP = IPProtocol(known: "ipv6-icmp")

  /// The protocol's number, whichever way it was written.
  package var number: Int { Self.numbers[text] ?? Int(text) ?? 0 }

  /// The one name of the protocol, or its number if it has none: two rules are the same if these are
  /// (`_get_ip_proto_name_and_num` of `neutron/db/securitygroups_db.py`).
  package var name: String {
    if text == Self.legacyIPv6ICMP { return Self.ipv6ICMP.text }
    return Self.names[text] ?? text
  }

  static let legacyIPv6ICMP = "icmpv6"

  /// Whether the ports of a rule mean ports.
  package var hasPorts: Bool { [6, 17, 33, 132, 136].contains(number) }

  /// Whether the ports of a rule mean a type and a code.
  package var isICMP: Bool { number == 1 || number == 58 }

  /// Whether there is none of it in IPv4.
  package var isIPv6Only: Bool { [41, 43, 44, 58, 59, 60].contains(number) }

  /// Upstream's names in upstream's order, which its messages keep (`neutron_lib/constants.py`).
  package static let known: [(name: String, number: Int)] = [
    ("ah", 51), ("dccp", 33), ("egp", 8), ("esp", 50), ("gre", 47), ("hopopt", 0), ("icmp", 1), ("igmp", 2),
    ("ip", 0), ("ipip", 4), ("ipv6-encap", 41), ("ipv6-frag", 44), ("ipv6-icmp", 58), ("icmpv6", 58),
    ("ipv6-nonxt", 59), ("ipv6-opts", 60), ("ipv6-route", 43), ("ospf", 89), ("pgm", 113), ("rsvp", 46), ("sctp", 132),
    ("tcp", 6), ("udp", 17), ("udplite", 136), ("vrrp", 112),
  ]

  private static let numbers: [String: Int] = Dictionary(
    known.map { ($0.name, $0.number) }, uniquingKeysWith: { $1 })

  /// Names by number, the last of several; `icmpv6` is the old name of another.
  private static let names: [String: String] = Dictionary(
    known.filter { $0.name != legacyIPv6ICMP }.map { ("\($0.number)", $0.name) }, uniquingKeysWith: { $1 })
}
