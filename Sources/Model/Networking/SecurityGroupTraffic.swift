/// Which packets a rule is about, but for the group at the other end.
package struct SecurityGroupTraffic: Hashable, Sendable {
  package var direction: TrafficDirection
  package var ethertype: Ethertype
  /// `nil` for any protocol.
  package var ipProtocol: IPProtocol?
  /// The lowest port, or the ICMP type; `nil` for any.
  package var portRangeMin: Int?
  /// The highest port, or the ICMP code; `nil` for any.
  package var portRangeMax: Int?
  /// The addresses at the other end; `nil` for any.
  package var remotePrefix: RemotePrefix?

  package init(
    direction: TrafficDirection, ethertype: Ethertype, ipProtocol: IPProtocol? = nil, portRangeMin: Int? = nil,
    portRangeMax: Int? = nil, remotePrefix: RemotePrefix? = nil
  ) {
    self.direction = direction
    self.ethertype = ethertype
    self.ipProtocol = ipProtocol
    self.portRangeMin = portRangeMin
    self.portRangeMax = portRangeMax
    self.remotePrefix = remotePrefix
  }
}

/// Seen from the port.
package enum TrafficDirection: String, CaseIterable, Sendable {
  case ingress, egress
}

/// The raw value is the API's name.
package enum Ethertype: String, CaseIterable, Sendable {
  case ipv4 = "IPv4"
  case ipv6 = "IPv6"

  package init(_ version: IPVersion) {
    self = version == .v4 ? .ipv4 : .ipv6
  }
}

/// A prefix as a client wrote it, host bits included, and what it means.
package struct RemotePrefix: Hashable, Sendable {
  /// Canonical but for the host bits: `10.0.0.5/8`.
  package let text: String
  package let network: IPNetwork

  /// Reads `10.0.0.5`, `10.0.0.5/8`, `10.0.0.5/255.0.0.0` and the same of IPv6, as Python's `netaddr` does. Else `nil`.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = parts.first.flatMap({ IPAddress($0) }) else { return nil }
    guard parts.count == 2 else {
      self.init(address: address, prefixLength: address.version.width)
      return
    }
    if let mask = IPv4Address(parts[1]) {
      guard address.version == .v4, let length = Self.prefixLength(mask) else { return nil }
      self.init(address: address, prefixLength: length)
    } else {
      guard let network = IPNetwork(text) else { return nil }
      self.init(address: address, prefixLength: network.prefixLength)
    }
  }

  /// For what a client has not written but the database has kept.
  package init(text: String, network: IPNetwork) {
    self.text = text
    self.network = network
  }

  private init(address: IPAddress, prefixLength: Int) {
    network = IPNetwork(address: address, prefixLength: prefixLength)
    text = "\(address)/\(prefixLength)"
  }

  /// The length of a mask whose ones all stand before its zeros.
  private static func prefixLength(_ mask: IPv4Address) -> Int? {
    let ones = (~mask.bits).leadingZeroBitCount
    return (mask.bits << UInt32(ones)) == 0 || ones == 32 ? ones : nil
  }
}

extension SecurityGroupTraffic {
  /// The traffic without the freedom there is in writing it.
  package struct Meaning: Hashable, Sendable {
    let direction: TrafficDirection
    let ethertype: Ethertype
    let ipProtocol: String?
    let portRangeMin: Int?
    let portRangeMax: Int?
    let prefix: String?
  }

  package var meaning: Meaning {
    Meaning(
      direction: direction, ethertype: ethertype, ipProtocol: ipProtocol?.name, portRangeMin: portRangeMin,
      portRangeMax: portRangeMax, prefix: remotePrefix.flatMap { $0.isEverything ? nil : $0.text })
  }
}

extension RemotePrefix {
  /// Whether the prefix is written as all addresses. One with host bits is not, although it means the same.
  package var isEverything: Bool { text == "0.0.0.0/0" || text == "::/0" }
}
