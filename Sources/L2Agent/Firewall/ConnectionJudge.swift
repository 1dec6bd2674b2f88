import Model
package import Netlink

/// Says which connections the rules would not let begin now. The kernel lets what is established pass whatever the rules
/// say, so these have to be cut when a rule goes. Pure.
package struct ConnectionJudge: Sendable {
  private struct Place: Hashable {
    let zone: UInt16
    let address: IPAddress
  }

  private let input: FirewallInput
  private var ports: [Place: [FirewallPort]] = [:]
  /// The ports with prefixes among their address pairs, by zone.
  private var ranges: [UInt16: [FirewallPort]] = [:]
  private var gone: Set<Place> = []

  /// - Parameters:
  ///   - departed: Ports that are not there any more; nothing of theirs may go on.
  package init(_ input: FirewallInput, departed: [FirewallPort] = [], zones: [String: UInt16]) {
    self.input = input
    for port in input.ports.values {
      guard let zone = zones[port.bridge] else { continue }
      let sources = port.sources.map(\.prefix)
      for prefix in sources where prefix.isHost {
        ports[Place(zone: zone, address: prefix.address), default: []].append(port)
      }
      if sources.contains(where: { !$0.isHost }) { ranges[zone, default: []].append(port) }
    }
    for port in departed {
      guard let zone = zones[port.bridge] else { continue }
      for prefix in port.sources.map(\.prefix) where prefix.isHost {
        gone.insert(Place(zone: zone, address: prefix.address))
      }
    }
  }

  /// Whether the connection may go on. One that has neither end here, as far as is known, may.
  package func allows(_ connection: Connection) -> Bool {
    let source = IPAddress(connection.source, isIPv6: connection.isIPv6)
    let destination = IPAddress(connection.destination, isIPv6: connection.isIPv6)
    return isAllowed(connection, .egress, here: source, there: destination)
      && isAllowed(connection, .ingress, here: destination, there: source)
  }

  private func isAllowed(
    _ connection: Connection, _ direction: TrafficDirection, here: IPAddress, there: IPAddress
  ) -> Bool {
    let place = Place(zone: connection.zone, address: here)
    var owners = ports[place] ?? []
    if owners.isEmpty {
      owners = (ranges[connection.zone] ?? []).filter { $0.sources.contains { $0.prefix.contains(here) } }
    }
    guard !owners.isEmpty else { return !gone.contains(place) }
    if connection.isAlwaysAllowed(direction) { return true }
    return owners.contains { port in
      input.rules(of: port, direction).contains { rule in
        rule.matches(connection) && rule.isAbout(there, members: input.members)
      }
    }
  }
}

extension Connection {
  /// What the frame lets through for every guest.
  fileprivate func isAlwaysAllowed(_ direction: TrafficDirection) -> Bool {
    if isIPv6, ipProtocol == 58 { return direction == .egress }
    guard ipProtocol == 17 else { return false }
    let (client, server): (UInt16, UInt16) = isIPv6 ? (546, 547) : (68, 67)
    return direction == .egress
      ? sourcePort == client && destinationPort == server : sourcePort == server && destinationPort == client
  }
}

extension FirewallRule {
  fileprivate func matches(_ connection: Connection) -> Bool {
    guard connection.isIPv6 == (ethertype == .ipv6) else { return false }
    guard let ipProtocol else { return true }
    guard ipProtocol == connection.ipProtocol else { return false }
    switch ipProtocol {
    case 1, 58:
      return (portRangeMin ?? Int(connection.icmpType)) == Int(connection.icmpType)
        && (portRangeMax ?? Int(connection.icmpCode)) == Int(connection.icmpCode)
    case 6, 17, 33, 132, 136: return portRange?.contains(Int(connection.destinationPort)) ?? true
    default: return true
    }
  }

  fileprivate func isAbout(_ address: IPAddress, members: [String: FirewallMembers]) -> Bool {
    if let remotePrefix, !remotePrefix.contains(address) { return false }
    if let remoteGroup { return members[remoteGroup]?.contains(address) == true }
    return true
  }
}

extension IPAddress {
  fileprivate init(_ bits: UInt128, isIPv6: Bool) {
    self.init(version: isIPv6 ? .v6 : .v4, bits: bits)
  }
}
