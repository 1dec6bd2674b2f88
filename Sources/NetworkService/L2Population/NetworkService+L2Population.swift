import HostRPC
import Logging
import Model
import Store

/// What one run of the server has told, and what it knows of whom to tell.
private struct Told {
  var networks: [UUID: PopulatedNetwork] = [:]
  /// What the agents said of themselves when one of them last had something to say; `nil` if that was not read yet.
  var tunnels: [String: Tunnel]?
}

extension NetworkService {
  /// Tells agents where the ports of VXLAN networks are, until the task is cancelled.
  ///
  /// It compares what is with what was told, so that no order of changes and messages can leave an agent with what is
  /// wrong; a restarted server tells everything once, to the agents as they connect.
  func populateAgents() async {
    var told = Told()
    for await _ in populationNotices.wakeUps {
      let pending = populationNotices.take()
      do {
        try await populateAgents(pending, told: &told)
      } catch is CancellationError {
        return
      } catch {
        // Nobody knows who was told what: begin anew.
        populationNotices.failed()
        told = Told()
        logger.error("hosts were not told where ports are", metadata: ["error.reason": "\(error)"])
      }
    }
  }

  private func populateAgents(_ pending: PopulationNotices.Pending, told: inout Told) async throws {
    let tunnels = try await tunnels(pending, known: told.tunnels)
    told.tunnels = tunnels
    guard tunnels.values.contains(where: \.isTold) else {
      told.networks = [:]
      return
    }
    var hosts = pending.hosts
    var networks = pending.networks
    if pending.isIncomplete {
      told.networks = [:]
      hosts.formUnion(self.hosts.connectedHosts(binary: Agent.linuxBridgeBinary))
    }
    for host in hosts where tunnels[host] != nil {
      networks.formUnion(try await store.read { try $0.vxlanNetworks(onHost: host) })
    }
    for network in networks {
      let after = try await populatedNetwork(network, tunnels)
      if let after {
        cast(PopulationMessages(network: network, before: told.networks[network], after: after, unaware: hosts))
      }
      told.networks[network] = after.flatMap { $0.hosts.isEmpty ? nil : $0 }
    }
  }

  /// The ends of tunnels by host. They change only with what an agent says as it starts, so that the changes of ports, of
  /// which there are many, do not read what all agents of a cloud have said.
  private func tunnels(
    _ pending: PopulationNotices.Pending, known: [String: Tunnel]?
  ) async throws -> [String: Tunnel] {
    if let known, pending.hosts.isEmpty, !pending.isIncomplete { return known }
    return try await store.read { snapshot in
      try snapshot.configurations(ofAgents: Agent.linuxBridgeType).compactMapValues(Tunnel.init(configurations:))
    }
  }

  private func populatedNetwork(_ id: UUID, _ tunnels: [String: Tunnel]) async throws -> PopulatedNetwork? {
    try await store.read { snapshot in
      guard let segmentationID = try snapshot.vxlanIdentifier(ofNetwork: id) else { return nil }
      return PopulatedNetwork(
        segmentationID: segmentationID, ports: try snapshot.populatedPorts(onNetwork: id), tunnels: tunnels)
    }
  }

  private func cast(_ messages: PopulationMessages) {
    func audience(_ host: String) -> HostRPCServer.Audience { .host(host, binary: Agent.linuxBridgeBinary) }
    for (host, entries) in messages.complete {
      for part in entries.parts() { hosts.cast(AddFDBEntries.self, part, to: audience(host)) }
    }
    let (removed, added) = (messages.removed?.parts() ?? [], messages.added?.parts() ?? [])
    let changed = messages.changed?.parts() ?? []
    for host in messages.told {
      for part in removed { hosts.cast(RemoveFDBEntries.self, part, to: audience(host)) }
      for part in added { hosts.cast(AddFDBEntries.self, part, to: audience(host)) }
      for part in changed { hosts.cast(UpdateFDBEntries.self, part, to: audience(host)) }
    }
  }
}
