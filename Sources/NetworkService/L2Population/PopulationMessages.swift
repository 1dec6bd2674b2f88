import HostRPC
import Model

/// What the agents are told when a network has become another one. Pure.
///
/// As with upstream's l2population mechanism driver: a host's first port brings it all entries, and the others an entry
/// for flooding besides the port's; its last port takes that entry away; other IP addresses of a port that stays are an
/// update. Unlike there, a host is told as soon as it begins to wire the port, only hosts with ports on the network are
/// told at all, and a host that has missed something is told everything again.
struct PopulationMessages: Hashable, Sendable {
  /// Everything, for the hosts that know nothing.
  var complete: [String: FDBEntries] = [:]
  /// For ``told``, in this order.
  var removed: FDBEntries?
  var added: FDBEntries?
  var changed: FDBChanges?
  /// The hosts that know what was before.
  var told: Set<String> = []

  /// - Parameters:
  ///   - before: `nil` if nobody was told anything of the network yet.
  ///   - unaware: Hosts that may have missed something.
  init(network: UUID, before: PopulatedNetwork?, after: PopulatedNetwork, unaware: Set<String>) {
    let informed = after.hosts.filter { before?.hosts[$0.key]?.tunnel.isTold == true && !unaware.contains($0.key) }
    for (name, host) in after.hosts where host.tunnel.isTold && informed[name] == nil {
      complete[name] = FDBEntries([
        network: .init(
          segmentationID: after.segmentationID, ports: after.entries(for: name), isComplete: true)
      ])
    }
    guard let before, before != after else { return }
    told = Set(informed.filter(\.value.tunnel.isTold).keys)
    guard !told.isEmpty else { return }
    compare(network, before, after)
  }

  private mutating func compare(_ network: UUID, _ before: PopulatedNetwork, _ after: PopulatedNetwork) {
    var removed: [IPv4Address: [FDBEntry]] = [:]
    var added: [IPv4Address: [FDBEntry]] = [:]
    var changed: [IPv4Address: FDBChanges.Change] = [:]
    for name in Set(before.hosts.keys).union(after.hosts.keys) {
      let difference = HostDifference(before.hosts[name], after.hosts[name])
      if !difference.removed.isEmpty, let host = before.hosts[name] {
        removed[host.tunnel.address, default: []] += difference.removed
      }
      guard let host = after.hosts[name] else { continue }
      if !difference.added.isEmpty { added[host.tunnel.address, default: []] += difference.added }
      if let change = difference.changed { changed[host.tunnel.address] = change }
    }
    func entries(_ ports: [IPv4Address: [FDBEntry]]) -> FDBEntries? {
      ports.isEmpty ? nil : FDBEntries([network: .init(segmentationID: after.segmentationID, ports: ports)])
    }
    self.removed = entries(removed)
    self.added = entries(added)
    self.changed = changed.isEmpty ? nil : FDBChanges([network: changed])
  }
}

/// What has become of one host's ports on a network.
private struct HostDifference {
  var removed: [FDBEntry] = []
  var added: [FDBEntry] = []
  var changed: FDBChanges.Change?

  init(_ before: PopulatedNetwork.Host?, _ after: PopulatedNetwork.Host?) {
    guard let before, before.isActive else {
      if let after, after.isActive { added = [.flooding] + after.entries.sorted() }
      return
    }
    guard let after, after.isActive, after.tunnel.address == before.tunnel.address else {
      removed = [.flooding] + before.entries.sorted()
      if let after, after.isActive { added = [.flooding] + after.entries.sorted() }
      return
    }
    let (gone, new) = (before.entries.subtracting(after.entries), after.entries.subtracting(before.entries))
    // A port that was and is here has changed its IP addresses; as upstream has it, that is no coming and going.
    let staying = Set(before.entries.map(\.macAddress)).intersection(after.entries.map(\.macAddress))
    removed = gone.filter { !staying.contains($0.macAddress) }.sorted()
    added = new.filter { !staying.contains($0.macAddress) }.sorted()
    let change = FDBChanges.Change(
      before: gone.filter { staying.contains($0.macAddress) }.sorted(),
      after: new.filter { staying.contains($0.macAddress) }.sorted())
    if !change.before.isEmpty || !change.after.isEmpty { changed = change }
  }
}
