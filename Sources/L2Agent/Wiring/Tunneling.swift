package import Model
import Netlink

/// How this host takes part in VXLAN networks.
package struct Tunneling: Hashable, Sendable {
  /// Where frames for unknown destinations go.
  package enum Flooding: Hashable, Sendable {
    /// To a multicast group: the network's address, or for a prefix the address whose host bits are the VNI's.
    case group(IPv4Network)
    /// To each of these hosts. An option of ours, for networks between hosts that carry no multicast.
    case remotes([IPv4Address])
    /// To the hosts that the server names: those with ports on the network. Needs ``l2Population``.
    case population
  }

  /// An address of this host, from and to which tunnels go.
  package var localIP: IPv4Address
  package var flooding: Flooding
  /// Groups for some VNIs that go before ``Flooding/group(_:)``; upstream's `multicast_ranges`.
  package var multicastRanges: [MulticastRange] = []
  /// Whether the server tells where each port of the network is, so that frames for it are not flooded. With a group to
  /// flood to this is the mixed mode: known addresses go to their host alone, all others to the group.
  package var l2Population = false
  /// Whether the tunnel answers ARP and neighbour solicitations for the ports that the server has told of. It lets no
  /// other through then. Only with ``l2Population``.
  package var arpResponder = false
  /// The destination port. Upstream's default is the kernel's, 8472; IANA assigned 4789.
  package var port: UInt16 = 8472
  package var timeToLive: UInt8?
  package var typeOfService: UInt8?
  package var sourcePorts: ClosedRange<UInt16>?

  /// Throws if the group is not multicast.
  package init(localIP: IPv4Address, flooding: Flooding) throws(ConfigurationError) {
    self.localIP = localIP
    self.flooding = flooding
    l2Population = flooding == .population
    if case .group(let group) = flooding, !group.address.isMulticast {
      throw ConfigurationError(
        "Invalid VXLAN Group: \(group), must be an address or network (in CIDR notation) in a multicast range of the "
          + "same address family as local_ip: \(localIP)")
    }
  }

  /// How the network's link on this host is made. `device` is the interface with `localIP`.
  func link(identifier: Int, device: Int32) -> VXLAN {
    var link = VXLAN(
      identifier: UInt32(identifier), local: localIP.bits, device: device, port: port, timeToLive: timeToLive,
      typeOfService: typeOfService, sourcePorts: sourcePorts, isProxy: l2Population && arpResponder)
    if case .group(let group) = flooding {
      if let range = multicastRanges.first(where: { $0.identifiers.contains(identifier) }) {
        link.group = range.group.bits
      } else {
        let hostBits = group.last.bits & ~group.address.bits
        link.group = group.address.bits | UInt32(identifier) & hostBits
      }
    }
    return link
  }
}

/// A multicast group for a range of VNIs, as in upstream's `239.1.1.1:100:199`.
package struct MulticastRange: Hashable, Sendable {
  package var group: IPv4Address
  package var identifiers: ClosedRange<Int>

  /// Reads an element of `multicast_ranges`. Throws ``ConfigurationError`` in upstream's words.
  package init(_ text: String, localIP: IPv4Address) throws(ConfigurationError) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let group = IPv4Address(parts[0]), group.isMulticast,
      let first = Int(parts[1]), let last = Int(parts[2]), first <= last
    else {
      throw ConfigurationError(
        "Invalid multicast_range \(text). Must be in <multicast address>:<vni_min>:<vni_max> format and addresses must "
          + "be in the same family as local IP \(localIP).")
    }
    self.group = group
    identifiers = first...last
  }
}

extension IPv4Address {
  fileprivate var isMulticast: Bool { (224...239).contains(bits >> 24) }
}
