import HostRPC
import Model

/// So many forwarding entries are told in one message, some 20 KiB: a network of any size is told in messages that other
/// news for the host gets between.
private let partSize = 500

extension FDBEntries {
  /// The same in messages of bounded size, to be sent in this order. Of those that tell all of a network the first one
  /// says so, and all but the last that more follows.
  func parts(of size: Int = partSize) -> [FDBEntries] {
    networks.flatMap { id, network -> [FDBEntries] in
      var pieces = pieces(of: network.ports.map { ($0, $1) }, size)
      // That there is nothing is worth telling.
      if pieces.isEmpty { pieces = [[]] }
      return pieces.enumerated().map { number, entries in
        FDBEntries([
          id: NetworkPart(
            segmentationID: network.segmentationID, networkType: network.networkType, ports: grouped(entries),
            isComplete: network.isComplete && number == 0,
            isContinued: network.isComplete && number < pieces.count - 1)
        ])
      }
    }
  }
}

extension FDBChanges {
  /// The same in messages of bounded size, to be sent in this order: what is new before what is gone.
  func parts(of size: Int = partSize) -> [FDBChanges] {
    let count = networks.values.joined().reduce(0) { $0 + $1.value.before.count + $1.value.after.count }
    if count <= size { return [self] }
    return networks.flatMap { id, hosts in
      pieces(of: hosts.map { ($0, $1.after) }, size).map { entries in
        FDBChanges([id: grouped(entries).mapValues { Change(after: $0) }])
      }
        + pieces(of: hosts.map { ($0, $1.before) }, size).map { entries in
          FDBChanges([id: grouped(entries).mapValues { Change(before: $0) }])
        }
    }
  }
}

private typealias Located = (host: IPv4Address, entry: FDBEntry)

private func pieces(of hosts: [(IPv4Address, [FDBEntry])], _ size: Int) -> [[Located]] {
  let all = hosts.sorted { $0.0 < $1.0 }.flatMap { host, entries in entries.map { (host, $0) } }
  return stride(from: 0, to: all.count, by: size).map { Array(all[$0..<min($0 + size, all.count)]) }
}

private func grouped(_ entries: [Located]) -> [IPv4Address: [FDBEntry]] {
  Dictionary(grouping: entries, by: \.host).mapValues { $0.map(\.entry) }
}
