import HostRPC
package import Model
package import Netlink

/// What is to be done to a VXLAN link's tables so that they say what the server has told. Pure.
package enum PopulationStep: Hashable, Sendable {
  case set(ForwardingEntry)
  case remove(ForwardingEntry)
  case flood(to: IPv4Address)
  case stopFlooding(to: IPv4Address)
  case setNeighbour(Neighbour)
  case removeNeighbour(Neighbour)
}

/// The decision for one network; ``Population`` carries it out.
package struct PopulationPlan {
  private let network: PopulationBook.Network
  private let tunneling: Tunneling

  package init(_ network: PopulationBook.Network, _ tunneling: Tunneling) {
    (self.network, self.tunneling) = (network, tunneling)
  }

  /// The steps from what the link's tables hold. What it has learned itself stays, unless the server knows better.
  ///
  /// What is wrong goes after what is right has come, so that no frame finds nothing. First comes where to flood to: all
  /// that is not known yet is found that way.
  package func steps(entries: [ForwardingEntry], neighbours: [Neighbour]) -> [PopulationStep] {
    floodingSteps(from: Set(entries.filter { $0.mac == 0 }.map { IPv4Address(bits: $0.remote) }))
      + forwardingSteps(from: entries.filter { $0.mac != 0 && $0.isPermanent })
      + neighbourSteps(from: neighbours)
  }

  private func forwardingSteps(from present: [ForwardingEntry]) -> [PopulationStep] {
    var wanted: [UInt64: UInt32] = [:]
    for (remote, entries) in others {
      for entry in entries where entry != .flooding { wanted[entry.macAddress.bits] = remote.bits }
    }
    let known = Dictionary(present.map { ($0.mac, $0.remote) }) { $1 }
    return wanted.filter { known[$0.key] != $0.value }.sorted { $0.key < $1.key }
      .map { .set(ForwardingEntry(mac: $0.key, remote: $0.value)) }
      + present.filter { wanted[$0.mac] == nil }.sorted { $0.mac < $1.mac }.map { .remove($0) }
  }

  private func floodingSteps(from present: Set<IPv4Address>) -> [PopulationStep] {
    guard tunneling.flooding == .population else { return [] }
    let wanted = Set(others.filter { $0.value.contains(.flooding) }.keys)
    return wanted.subtracting(present).sorted().map { .flood(to: $0) }
      + present.subtracting(wanted).sorted().map { .stopFlooding(to: $0) }
  }

  private func neighbourSteps(from present: [Neighbour]) -> [PopulationStep] {
    guard tunneling.arpResponder else { return [] }
    var wanted: [[UInt8]: UInt64] = [:]
    for entry in others.values.joined() where entry != .flooding {
      wanted[entry.ipAddress.octets] = entry.macAddress.bits
    }
    let known = Dictionary(present.map { ($0.address, $0.mac) }) { $1 }
    return wanted.filter { known[$0.key] != $0.value }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .map { .setNeighbour(Neighbour(address: $0.key, mac: $0.value)) }
      + present.filter { wanted[$0.address] == nil }.sorted { $0.address.lexicographicallyPrecedes($1.address) }
      .map { .removeNeighbour($0) }
  }

  /// The server tells a host of its own ports, too.
  private var others: [IPv4Address: Set<FDBEntry>] { network.remotes.filter { $0.key != tunneling.localIP } }
}

extension IPAddress {
  /// In the order of the wire: 4 octets, or 16.
  fileprivate var octets: [UInt8] {
    let count = version == .v4 ? 4 : 16
    return (0..<count).map { UInt8(truncatingIfNeeded: bits >> UInt128(8 * (count - 1 - $0))) }
  }
}
