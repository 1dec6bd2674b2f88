import Model

extension PacketScene {
  /// Who sends it: addresses of the guest and others.
  static let origins: [PacketCase] = [
    .init("another Ethernet address is not the guest's", "a", "b", passes: false) {
      Frame.tcp((other, mb), a4, b4, to: 22)
    },
    .init("another IPv4 address is not", "a", "b", passes: false) { Frame.tcp((ma, mb), "10.0.0.12", b4, to: 22) },
    .init("another guest's IPv4 address is not", "a", "b", passes: false) {
      Frame.tcp((ma, mb), "10.0.0.15", b4, to: 22)
    },
    .init("another IPv6 address is not", "a", "b", passes: false) { Frame.tcp((ma, mb), "2001:db8::99", b6, to: 22) },
    .init("the link-local address of the Ethernet address is", "a", "b", passes: true) {
      Frame.tcp((ma, mb), local, b6, to: 22)
    },
    .init("another link-local address is not", "a", "b", passes: false) {
      Frame.tcp((ma, mb), "fe80::f816:3eff:fe00:b", b6, to: 22)
    },
    .init("an address pair's address is the guest's", "f", "b", passes: true) {
      Frame.tcp((mf, mb), "10.0.0.50", b4, to: 22)
    },
    .init("a pair's prefix with the pair's Ethernet address is", "f", "b", passes: true) {
      Frame.tcp((pair, mb), "10.9.255.254", b4, to: 22)
    },
    .init("a pair's prefix with the port's Ethernet address is not", "f", "b", passes: false) {
      Frame.tcp((mf, mb), "10.9.1.1", b4, to: 22)
    },
    .init("a pair's prefix ends where it ends", "f", "b", passes: false) {
      Frame.tcp((pair, mb), "10.10.0.0", b4, to: 22)
    },
    .init("a pair's IPv6 prefix is the guest's", "f", "b", passes: true) {
      Frame.tcp((mf, mb), "2001:db8:1::9", b6, to: 22)
    },
    .init("a port without an address may use any", "e", "b", passes: true) {
      Frame.tcp((me, mb), "192.0.2.77", b4, to: 22)
    },
    .init("but not with another Ethernet address", "e", "b", passes: false) {
      Frame.tcp((ma, mb), "192.0.2.77", b4, to: 22)
    },
    .init("ARP: a request of the guest's own", "a", "b", passes: true) { Frame.arp(ma, sender: (ma, a4), target: b4) },
    .init("ARP: another sender address", "a", "b", passes: false) {
      Frame.arp(ma, sender: (ma, "10.0.0.1"), target: b4)
    },
    .init("ARP: another sender Ethernet address inside", "a", "b", passes: false) {
      Frame.arp(ma, sender: (other, a4), target: b4)
    },
    .init("ARP: another Ethernet address outside", "a", "b", passes: false) {
      Frame.arp(other, sender: (ma, a4), target: b4)
    },
    .init("ARP: an answer for somebody else's address", "a", "b", passes: false) {
      Frame.arp(ma, sender: (ma, "10.0.0.15"), target: b4, operation: 2, to: mb)
    },
    .init("ARP: a probe", "a", "b", passes: true) { Frame.arp(ma, sender: (ma, "0.0.0.0"), target: a4) },
    .init("ARP: a pair's address", "f", "b", passes: true) { Frame.arp(mf, sender: (mf, "10.0.0.50"), target: b4) },
    .init("ARP: an address of a pair's prefix", "f", "b", passes: true) {
      Frame.arp(pair, sender: (pair, "10.9.7.7"), target: b4)
    },
    .init("ND: the guest's own advertisement", "a", "b", passes: true) {
      Frame.neighbour((ma, mb), a6, b6, type: 136, target: a6, option: ma)
    },
    .init("ND: an advertisement of somebody else's address", "a", "b", passes: false) {
      Frame.neighbour((ma, mb), a6, b6, type: 136, target: "2001:db8::1", option: ma)
    },
    .init("ND: an advertisement with another Ethernet address inside", "a", "b", passes: false) {
      Frame.neighbour((ma, mb), a6, b6, type: 136, target: a6, option: other)
    },
    .init("ND: an advertisement of an address of a pair's prefix", "f", "b", passes: true) {
      Frame.neighbour((mf, mb), "2001:db8::15", b6, type: 136, target: "2001:db8:1::5", option: mf)
    },
    .init("ND: a solicitation", "a", "b", passes: true) {
      Frame.neighbour((ma, mb), a6, b6, type: 135, target: b6, option: ma)
    },
    .init("ND: a solicitation from somebody else's address", "a", "b", passes: false) {
      Frame.neighbour((ma, mb), "2001:db8::1", b6, type: 135, target: b6, option: ma)
    },
    .init("ND: asking whether one's own address is taken", "a", "b", passes: true) {
      Frame.neighbour((ma, all6), "::", "ff02::1:ff00:10", type: 135, target: a6, option: nil)
    },
    .init("ND: asking so for somebody else's, who would give it up", "a", "b", passes: false) {
      Frame.neighbour((ma, all6), "::", "ff02::1:ff00:11", type: 135, target: b6, option: nil)
    },
  ]
}
