import Model

extension PacketScene {
  /// What every guest may and none may, and packets in parts.
  static let services: [PacketCase] = [
    .init("a router's announcement comes from no guest", "a", "b", passes: false) {
      Frame.icmp((ma, all6), local, "ff02::1", type: 134)
    },
    .init("nor does a redirect", "a", "b", passes: false) { Frame.icmp((ma, mb), local, b6, type: 137) },
    .init("a router's announcement comes to guests", "s", "b", passes: true) {
      Frame.icmp((ms, all6), "fe80::1", "ff02::1", type: 134)
    },
    .init("a guest may ask for an address", "a", "s", passes: true) {
      Frame.udp((ma, Frame.broadcast), "0.0.0.0", "255.255.255.255", from: 68, to: 67)
    },
    .init("even one whose groups let nothing out", "x", "s", passes: true) {
      Frame.udp((mx, Frame.broadcast), "0.0.0.0", "255.255.255.255", from: 68, to: 67)
    },
    .init("but only for an address", "a", "s", passes: false) {
      Frame.udp((ma, Frame.broadcast), "0.0.0.0", "255.255.255.255", from: 68, to: 53)
    },
    .init("a guest may renew its address", "x", "s", passes: true) {
      Frame.udp((mx, ms), "10.0.0.20", "10.0.0.2", from: 68, to: 67)
    },
    .init("the DHCP server's answer gets in", "s", "a", passes: true) {
      Frame.udp((ms, ma), "10.0.0.2", a4, from: 67, to: 68)
    },
    .init("its answer to all, too", "s", "a", passes: true) {
      Frame.udp((ms, Frame.broadcast), "10.0.0.2", "255.255.255.255", from: 67, to: 68)
    },
    .init("a guest is no DHCP server", "a", "u", passes: false) {
      Frame.udp((ma, mu), a4, "255.255.255.255", from: 67, to: 68)
    },
    .init("nor one of DHCPv6", "a", "u", passes: false) { Frame.udp((ma, mu), local, "fe80::1", from: 547, to: 546) },
    .init("a guest may ask for an address by DHCPv6", "x", "s", passes: true) {
      Frame.udp((mx, ms), "fe80::f816:3eff:fe00:2", "ff02::1:2", from: 546, to: 547)
    },
    .init("the DHCPv6 server's answer gets in", "s", "a", passes: true) {
      Frame.udp((ms, ma), "fe80::4", local, from: 547, to: 546)
    },
    .init("the parts of a packet that a rule lets in get in", "a", "b", passes: true, token: token) {
      Frame.fragments(of: Frame.udp((ma, mb), a4, b4, to: 5000, long), size: 1024, id: 21)
    },
    .init("the parts of one that no rule lets in do not", "a", "b", passes: false, token: token) {
      Frame.fragments(of: Frame.udp((ma, mb), a4, b4, to: 5001, long), size: 1024, id: 22)
    },
    .init("the parts of one from another address do not", "a", "b", passes: false, token: token) {
      Frame.fragments(of: Frame.udp((ma, mb), "10.0.0.15", b4, to: 5000, long), size: 1024, id: 23)
    },
    .init("the parts of one whose first has nothing but the ports get in", "a", "b", passes: true, token: token) {
      Frame.fragments(of: Frame.udp((ma, mb), a4, b4, to: 5000, long), size: 8, id: 25)
    },
    .init("IPv6: the parts of a packet that a rule lets in get in", "a", "b", passes: true, token: token) {
      Frame.fragments(of: Frame.udp((ma, mb), a6, b6, to: 5000, long), size: 1024, id: 26)
    },
    .init("IPv6: the parts of one that no rule lets in do not", "a", "b", passes: false, token: token) {
      Frame.fragments(of: Frame.udp((ma, mb), a6, b6, to: 5001, long), size: 1024, id: 27)
    },
    .init("IPv6: the parts of one from another address do not", "a", "b", passes: false, token: token) {
      Frame.fragments(of: Frame.udp((ma, mb), "2001:db8::15", b6, to: 5000, long), size: 1024, id: 28)
    },
    .init("IPv6: options before its payload are no way in", "a", "b", passes: false) {
      Frame.behindOptions(Frame.udp((ma, mb), a6, b6, to: 5001))
    },
    .init("a router's announcement cut in parts comes from no guest", "a", "u", passes: false, token: token) {
      Frame.fragments(of: Frame.icmp((ma, mu), local, "ff02::1", type: 134, long), size: 8, id: 29)
    },
    .init("nor does one behind options", "a", "u", passes: false) {
      Frame.behindOptions(Frame.icmp((ma, mu), local, "ff02::1", type: 134))
    },
    .init("nor an advertisement of somebody else's address behind options", "a", "u", passes: false) {
      Frame.behindOptions(Frame.neighbour((ma, mu), a6, b6, type: 136, target: "2001:db8::1", option: ma))
    },
    .init("a server's answer cut in parts does not get out", "a", "u", passes: false, token: token) {
      Frame.fragments(of: Frame.udp((ma, mu), a4, "10.0.0.30", from: 67, to: 68, long), size: 1024, id: 24)
    },
  ]
}
