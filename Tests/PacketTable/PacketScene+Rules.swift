import Model

extension PacketScene {
  /// What the groups say.
  static let rules: [PacketCase] = [
    .init("a port that a rule names is open", "a", "b", passes: true) { Frame.tcp((ma, mb), a4, b4, to: 22) },
    .init("another port is closed", "a", "b", passes: false) { Frame.tcp((ma, mb), a4, b4, to: 23) },
    .init("the lowest port of a range is open", "a", "b", passes: true) { Frame.tcp((ma, mb), a4, b4, to: 80) },
    .init("the highest port of a range is open", "a", "b", passes: true) { Frame.tcp((ma, mb), a4, b4, to: 90) },
    .init("the port after a range is closed", "a", "b", passes: false) { Frame.tcp((ma, mb), a4, b4, to: 91) },
    .init("a port is closed to who is not in the rule's prefix", "u", "b", passes: false) {
      Frame.tcp((mu, mb), "10.0.0.30", b4, to: 80)
    },
    .init("a rule without a prefix is for everybody", "u", "b", passes: true) {
      Frame.tcp((mu, mb), "10.0.0.30", b4, to: 22)
    },
    .init("another protocol's port is closed", "a", "b", passes: false) { Frame.udp((ma, mb), a4, b4, to: 22) },
    .init("an ICMP type that a rule names passes", "a", "b", passes: true) { Frame.icmp((ma, mb), a4, b4, type: 8) },
    .init("another ICMP type does not", "a", "b", passes: false) { Frame.icmp((ma, mb), a4, b4, type: 13) },
    .init("a protocol named by its number passes", "a", "b", passes: true) {
      Frame.ip((ma, mb), a4, b4, 47, [0, 0, 8, 0, 1, 2, 3, 4])
    },
    .init("a protocol without a rule does not", "a", "b", passes: false) {
      Frame.ip((ma, mb), a4, b4, 50, [0, 0, 8, 0, 1, 2, 3, 4])
    },
    .init("a member of the remote group gets in", "a", "b", passes: true) { Frame.udp((ma, mb), a4, b4, to: 5000) },
    .init("no member of the remote group does not", "u", "b", passes: false) {
      Frame.udp((mu, mb), "10.0.0.30", b4, to: 5000)
    },
    .init("a member's address pair is a member", "f", "b", passes: true) {
      Frame.udp((mf, mb), "10.0.0.50", b4, to: 5000)
    },
    .init("a member's address prefix is a member", "f", "b", passes: true) {
      Frame.udp((pair, mb), "10.9.3.4", b4, to: 5000)
    },
    .init("without an ingress rule nothing gets in", "u", "a", passes: false) {
      Frame.tcp((mu, ma), "10.0.0.30", a4, to: 22)
    },
    .init("IPv6: a port that a rule names is open", "a", "b", passes: true) { Frame.tcp((ma, mb), a6, b6, to: 22) },
    .init("IPv6: another port is closed", "a", "b", passes: false) { Frame.tcp((ma, mb), a6, b6, to: 80) },
    .init("IPv6: an echo request passes", "a", "b", passes: true) { Frame.icmp((ma, mb), a6, b6, type: 128) },
    .init("IPv6: a member of the remote group gets in", "a", "b", passes: true) {
      Frame.udp((ma, mb), a6, b6, to: 5000)
    },
    .init("IPv6: a member's address prefix is a member", "f", "b", passes: true) {
      Frame.udp((mf, mb), "2001:db8:1::77", b6, to: 5000)
    },
    .init("an egress rule lets out what it names", "x", "u", passes: false) {
      Frame.udp((mx, mu), "10.0.0.20", "10.0.0.30", to: 53)
    },
    .init("an egress rule's prefix is the destination's", "x", "u", passes: true) {
      Frame.udp((mx, mu), "10.0.0.20", b4, to: 53)
    },
    .init("without an egress rule nothing gets out", "x", "u", passes: false) {
      Frame.tcp((mx, mu), "10.0.0.20", "10.0.0.30", to: 22)
    },
    .init("a rule of IPv4 lets out nothing of IPv6", "x", "u", passes: false) {
      Frame.udp((mx, mu), "2001:db8::20", b6, to: 53)
    },
    .init("neither MPLS nor anything else but IP and ARP gets out", "a", "u", passes: false) {
      Frame.ethernet(ma, mu, 0x8847, [1, 2, 3, 4, 5, 6, 7, 8])
    },
    .init("or in", "u", "b", passes: false) { Frame.ethernet(mu, mb, 0x8847, [1, 2, 3, 4, 5, 6, 7, 8]) },
    .init("nor is PPPoE a way round the rules", "a", "u", passes: false) {
      let packet = Frame.tcp((ma, mu), a4, "10.0.0.30", to: 1)[14...]
      return Frame.ethernet(ma, mu, 0x8864, [0x11, 0, 0, 1, 0, 42, 0, 0x21] + packet)
    },
    .init("a VLAN tag is no way round the rules", "a", "u", passes: false) {
      Frame.ethernet(ma, mu, 0x8100, [0, 5] + Frame.tcp((ma, mu), a4, "10.0.0.30", to: 1)[12...])
    },
    .init("and none in", "u", "b", passes: false) {
      Frame.ethernet(mu, mb, 0x8100, [0, 5] + Frame.tcp((mu, mb), "10.0.0.30", b4, to: 22)[12...])
    },
    .init("a port without port security gets everything", "a", "u", passes: true) {
      Frame.udp((ma, mu), a4, "10.0.0.30", to: 9)
    },
    .init("and may send everything", "u", "s", passes: true) { Frame.udp((other, ms), "192.0.2.1", "10.0.0.2", to: 9) },
  ]
}
