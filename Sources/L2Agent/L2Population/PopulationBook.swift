package import HostRPC
package import Model

/// What the server has told of the ports of VXLAN networks: which Ethernet addresses are reached by which host.
///
/// The messages are applied in their order. What does not hold any more when the agent was away goes with the next message
/// that says all of a network.
package struct PopulationBook: Hashable, Sendable {
  /// What is known of one network.
  package struct Network: Hashable, Sendable {
    package internal(set) var segmentationID: Int
    /// By the hosts' tunnel addresses.
    package internal(set) var remotes: [IPv4Address: Set<FDBEntry>] = [:]
  }

  /// So many entries are kept; a host with more ports to know of on its networks floods to them.
  static let limit = 1 << 18

  package private(set) var networks: [UUID: Network] = [:]
  /// Networks of which something has changed since the last time.
  package private(set) var changed: Set<UUID> = []
  /// Networks of which everything is being told, as far as it has come; what was known holds until all is there.
  private var arriving: [UUID: Network] = [:]
  private var count = 0

  package init() {}

  /// What `add_fdb_entries` says: these addresses are there, and nowhere else; or they are all that there are.
  package mutating func add(_ entries: FDBEntries) {
    for (id, part) in entries.networks where part.networkType == "vxlan" {
      var network = part.isComplete ? nil : arriving[id] ?? networks[id]
      network = network ?? Network(segmentationID: part.segmentationID)
      network?.add(part)
      arriving[id] = part.isContinued ? network : nil
      if let network, !part.isContinued { put(network, id) }
    }
  }

  /// What `remove_fdb_entries` says: these addresses are not there any more.
  package mutating func remove(_ entries: FDBEntries) {
    for (id, part) in entries.networks {
      guard var network = networks[id] else { continue }
      for (remote, entries) in part.ports { network.remotes[remote]?.subtract(entries) }
      put(network, id)
    }
  }

  /// What `update_fdb_entries` says: ports have got other IP addresses.
  package mutating func update(_ changes: FDBChanges) {
    for (id, hosts) in changes.networks {
      guard var network = networks[id] else { continue }
      for (remote, change) in hosts {
        network.remotes[remote, default: []].subtract(change.before)
        network.remotes[remote, default: []].formUnion(change.after)
      }
      put(network, id)
    }
  }

  /// The network is gone.
  package mutating func forget(_ network: UUID) {
    count -= networks.removeValue(forKey: network)?.count ?? 0
    arriving[network] = nil
    changed.remove(network)
  }

  /// The networks that have changed, each with what is known of it now.
  package mutating func takeChanged() -> Set<UUID> {
    defer { changed = [] }
    return changed
  }

  private mutating func put(_ network: Network, _ id: UUID) {
    var network = network
    network.remotes = network.remotes.filter { !$0.value.isEmpty }
    let difference = network.count - (networks[id]?.count ?? 0)
    guard difference <= 0 || count + difference <= Self.limit, networks[id] != network else { return }
    count += difference
    networks[id] = network
    changed.insert(id)
  }
}

extension PopulationBook.Network {
  fileprivate var count: Int { remotes.values.reduce(0) { $0 + $1.count } }

  fileprivate mutating func add(_ part: FDBEntries.NetworkPart) {
    segmentationID = part.segmentationID
    for (remote, entries) in part.ports {
      forget(entries, exceptAt: remote)
      remotes[remote, default: []].formUnion(entries)
    }
  }

  /// A port is at one host at a time: who says that it is here says that it is nowhere else.
  fileprivate mutating func forget(_ entries: [FDBEntry], exceptAt remote: IPv4Address) {
    let moved = Set(entries.map(\.macAddress)).subtracting([FDBEntry.flooding.macAddress])
    guard !moved.isEmpty else { return }
    for other in remotes.keys where other != remote {
      guard let entries = remotes[other], entries.contains(where: { moved.contains($0.macAddress) }) else { continue }
      remotes[other] = entries.filter { !moved.contains($0.macAddress) }
    }
  }
}
