extension RulesetFrame {
  struct Chain {
    let name: String
    /// The hook and the priority of a base chain.
    var hook: String?
    let rules: [String]
  }

  /// The priorities in prerouting are before br_netfilter's, which is 0, and elsewhere after it.
  static let bridgeChains = [
    Chain(
      name: "prerouting", hook: "prerouting priority -300",
      rules: [
        // What came in a tunnel may have kept the mark of the packet around it.
        "meta mark & 0xffff0000 == 0x50b10000 meta mark set 0", "limit name iifname map @limits drop",
        "iifname @guests jump source",
      ]),
    Chain(
      name: "forward", hook: "forward priority 10",
      rules: ["iifname @guests jump from-guest", "oifname @guests jump to-guest"]),
    // What a guest sends to the host itself. What the host sends to a guest is not filtered, as upstream.
    Chain(
      name: "input", hook: "input priority 10",
      rules: ["iifname @guests jump from-guest", "meta mark & 0xffff0000 == 0x50b10000 meta mark set 0"]),
    // The mark has done its work; policy routing of what leaves in a tunnel must not see it.
    Chain(
      name: "postrouting", hook: "postrouting priority 10",
      rules: ["meta mark & 0xffff0000 == 0x50b10000 meta mark set 0"]),
    source, sourceARP, source4, source6, fromGuest, neighbourOrigin, neighbourAdvertisement, toGuest,
  ]

  static let connectionChains = [
    // Before fragments are put together, so that those of two networks do not meet. Here the interface is the bridge, by
    // whichever of its ports a packet came. What does not come by a bridge of ours is left as it is, its mark too.
    Chain(
      name: "zone", hook: "prerouting priority -450",
      rules: ["ct zone set iifname map @zones meta mark set \(unknownMark)"]),
    Chain(name: "zone-output", hook: "output priority -450", rules: ["ct zone set oifname map @zones"]),
    Chain(
      name: "state", hook: "prerouting priority -150",
      rules: [
        "meta mark \(unknownMark) meta mark set ct state map { established : \(establishedMark), "
          + "related : \(establishedMark), new : 0x50b10002, invalid : 0x50b10003 }"
      ]),
  ]

  /// Whether the guest may send this at all: what needs no look beyond the IP header, since fragments come one by one.
  private static let source = Chain(
    name: "source",
    rules: [
      // A tag of the guest's own would take its packets past br_netfilter.
      "ether type { 0x8100, 0x88a8, 0x9100 } drop", "iifname . ether saddr != @mac drop",
      "meta protocol arp goto source-arp", "meta protocol ip goto source-4", "meta protocol ip6 goto source-6", "drop",
    ])

  private static let sourceARP = Chain(
    name: "source-arp",
    rules: [
      "iifname . arp saddr ether . arp saddr ip @source4 return",
      "iifname . arp saddr ether . arp saddr ip @range4 return",
      // A probe before an address is used (RFC 5227) teaches nobody anything.
      "arp operation request arp saddr ip 0.0.0.0 iifname . arp saddr ether @mac return", "drop",
    ])

  private static let source4 = Chain(
    name: "source-4",
    rules: [
      "iifname . ether saddr . ip saddr @source4 return", "iifname . ether saddr . ip saddr @range4 return",
      "ip saddr 0.0.0.0 ip daddr 255.255.255.255 udp sport 68 udp dport 67 return", "drop",
    ])

  private static let source6 = Chain(
    name: "source-6",
    rules: [
      "iifname . ether saddr . ip6 saddr @source6 return", "iifname . ether saddr . ip6 saddr @range6 return",
      // Upstream's ICMPV6_ALLOWED_UNSPEC_ADDR_TYPES: a guest that has no address yet asks whether it may have one.
      "ip6 saddr :: ip6 daddr ff02::/16 icmpv6 type { 131, 135, 143 } return", "drop",
    ])

  /// What every guest may send, and what none may, whatever its groups say: upstream's fixed rules. They come after
  /// br_netfilter has put fragments together. Only a return lets the packet go on.
  private static let fromGuest = Chain(
    name: "from-guest",
    rules: [
      "meta protocol arp return", "meta protocol ip udp sport 68 udp dport 67 return",
      // Router advertisements and redirects are a router's.
      "icmpv6 type { 134, 137 } drop", "icmpv6 type { 135, 136 } goto neighbour-origin",
      "meta protocol ip6 meta l4proto 58 return", "meta protocol ip6 udp sport 546 udp dport 547 return",
      "meta protocol ip udp sport 67 udp dport 68 drop", "meta protocol ip6 udp sport 547 udp dport 546 drop",
      "meta mark \(establishedMark) iifname != @stateless return", "iifname vmap @egress", "drop",
    ])

  /// A neighbour solicitation without a source claims its target for the guest, as every advertisement does.
  private static let neighbourOrigin = Chain(
    name: "neighbour-origin",
    rules: [
      "ip6 nexthdr != 58 drop", "icmpv6 type 135 ip6 saddr != :: return",
      "iifname . @th,64,128 @neighbour goto neighbour-advert",
      "iifname . @th,64,128 @neighbour-range goto neighbour-advert",
      "drop",
    ])

  /// An advertisement has no option or one, which tells the Ethernet address that the target has (RFC 4861, 4.4).
  private static let neighbourAdvertisement = Chain(
    name: "neighbour-advert",
    rules: [
      "icmpv6 type 135 return", "ip6 length 24 return",
      "ip6 length 32 @th,192,8 2 iifname . @th,208,48 @neighbour-mac return", "drop",
    ])

  /// What every guest gets: ARP, what IPv6 cannot do without, its router's announcements and answers of DHCP servers.
  private static let toGuest = Chain(
    name: "to-guest",
    rules: [
      "meta protocol arp accept", "ether type { 0x8100, 0x88a8, 0x9100 } drop", "meta protocol != { ip, ip6 } drop",
      "icmpv6 type { 130, 135, 136 } accept", "icmpv6 type 134 oifname @routed accept",
      "ip daddr 255.255.255.255 udp sport 67 udp dport 68 accept",
      "oifname . ip daddr @own4 udp sport 67 udp dport 68 accept",
      "ip6 daddr fe80::/64 udp sport 547 udp dport 546 accept",
      "oifname . ip6 daddr @own6 udp sport 547 udp dport 546 accept",
      "meta mark \(establishedMark) oifname != @stateless accept", "oifname vmap @ingress", "drop",
    ])
}
