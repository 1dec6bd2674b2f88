import Model
import Store

// A port that could not be bound because no agent was alive is bound as soon as one is. This compares rows with rows: an
// agent's report only makes it happen at once.

extension NetworkService {
  private static let rebindBatch = 100

  /// Tries again to bind the ports whose binding to `host` has failed, in small transactions. What still cannot be bound
  /// is found out by reading, so that it does not keep the writer busy round after round.
  func rebindPorts(onHost host: String) async throws {
    let (configuration, now, limit) = (configuration, clock(), Self.rebindBatch)
    var marker: UUID?
    while true {
      let start = marker
      let (last, ids) = try await store.read { snapshot in
        let ids = try snapshot.portsWithFailedBinding(onHost: host, after: start, limit: limit)
        let bindable = try ids.filter { try snapshot.rebound($0, onHost: host, at: now, configuration) != nil }
        return (ids.last, bindable)
      }
      guard let last else { return }
      marker = last
      guard !ids.isEmpty else { continue }
      let rebound = try await store.write { transaction in
        try ids.compactMap { id in try transaction.rebindPort(id, onHost: host, configuration) }
      }
      for (port, network) in rebound { castPortUpdate(port, on: network, to: [host]) }
    }
  }

  /// The same for every host that has failed bindings.
  func rebindPorts() async throws {
    for host in try await store.read({ snapshot in try snapshot.hostsWithFailedBindings(limit: 1000) }) {
      try await rebindPorts(onHost: host)
    }
  }
}

extension Snapshot {
  /// - Returns: The port with the binding that it can have now, and its network; `nil` if it still cannot be bound, or
  ///   was changed or deleted since it was listed.
  fileprivate func rebound(
    _ id: UUID, onHost host: String, at now: Timestamp, _ configuration: NetworkConfiguration
  ) throws -> (Port, Network)? {
    guard var port = try port(id), port.binding.host == host, port.binding.vifType == .bindingFailed,
      let network = try network(port.networkID)
    else { return nil }
    port.binding = try bound(
      port.binding, isDistributed: false, to: network.segment, at: now, configuration: configuration)
    return port.binding.isBound ? (port, network) : nil
  }
}

extension Transaction {
  /// - Returns: The port and its network if it is bound now.
  fileprivate func rebindPort(
    _ id: UUID, onHost host: String, _ configuration: NetworkConfiguration
  ) throws -> (Port, Network)? {
    guard let (port, network) = try rebound(id, onHost: host, at: now, configuration) else { return nil }
    cause = ChangeCause(reason: "agent revived", host: host)
    try setActiveBinding(port.binding, ofPort: id)
    try touchPort(id)
    try updateL2Block(ofPort: id, binding: port.binding, status: port.status)
    return try self.port(id).map { ($0, network) }
  }
}
