import Model
import Store

// A port that could not be bound because no agent was alive is bound as soon as one is. This compares rows with rows: an
// agent's report only makes it happen at once.

extension NetworkService {
  private static let rebindBatch = 100

  /// Tries again to bind the ports whose binding to `host` has failed, in small transactions.
  func rebindPorts(onHost host: String) async throws {
    let configuration = configuration
    var marker: UUID?
    while true {
      let (start, limit) = (marker, Self.rebindBatch)
      let ids = try await store.read { snapshot in
        try snapshot.portsWithFailedBinding(onHost: host, after: start, limit: limit)
      }
      guard let last = ids.last else { return }
      marker = last
      let rebound = try await store.write { transaction in
        try ids.compactMap { id in try transaction.rebindPort(id, onHost: host, configuration: configuration) }
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

extension Transaction {
  /// - Returns: The port and its network if it is bound now.
  fileprivate func rebindPort(
    _ id: UUID, onHost host: String, configuration: NetworkConfiguration
  ) throws -> (Port, Network)? {
    // It may have been changed or deleted since it was listed.
    guard let port = try port(id), port.binding.host == host, port.binding.vifType == .bindingFailed,
      let network = try network(port.networkID)
    else { return nil }
    let binding = try bound(port.binding, isDistributed: false, to: network.segment, configuration: configuration)
    guard binding.isBound else { return nil }
    cause = ChangeCause(reason: "agent revived", host: host)
    try setActiveBinding(binding, ofPort: id)
    try touchPort(id)
    try updateL2Block(ofPort: id, binding: binding, status: port.status)
    return try self.port(id).map { ($0, network) }
  }
}
