import HostRPC
import JSON
import Logging
import Model
import Store

extension NetworkService {
  /// Tells DHCP agents of what changes, until the task is cancelled.
  func tellDHCPAgents() async {
    for await _ in dhcpNotices.wakeUps {
      do {
        try await tell(dhcpNotices.take())
      } catch is CancellationError {
        return
      } catch {
        // The agents compare everything from time to time, so nothing is lost but time.
        logger.error("DHCP agents were not told of a change", metadata: ["error.reason": "\(error)"])
      }
    }
  }

  private func tell(_ notices: [DHCPNotices.Notice]) async throws {
    let connected = Set(hosts.connectedHosts(binary: Agent.dhcpBinary))
    guard !notices.isEmpty, !connected.isEmpty else { return }
    let networks = Set(notices.map(\.networkID))
    if configuration.dhcp.schedulesAutomatically { try await schedule(networksOf: notices) }
    guard configuration.dhcp.notifiesAgents else { return }
    let audiences = try await store.read { snapshot in
      try networks.reduce(into: [UUID: [String]]()) { audiences, id in
        audiences[id] = try snapshot.dhcpAgents(ofNetwork: id).map(\.host).filter(connected.contains)
      }
    }
    for notice in notices {
      // The rows that say whose a network was have gone with it.
      if notice.resource == .network, notice.kind == .delete {
        cast(notice, to: .all(binary: Agent.dhcpBinary))
      } else {
        for host in audiences[notice.networkID] ?? [] { cast(notice, to: .host(host, binary: Agent.dhcpBinary)) }
      }
    }
  }

  /// A new subnet or port may be the first on its network that asks for DHCP.
  private func schedule(networksOf notices: [DHCPNotices.Notice]) async throws {
    let configuration = configuration
    let occasions = notices.filter { notice in
      switch notice.resource {
      case .network: false
      case .subnet: notice.kind != .delete
      case .port: notice.kind == .insert
      }
    }
    let networks = Set(occasions.map(\.networkID))
    for id in networks {
      let (needsDHCP, agents) = try await store.read { snapshot in
        (try snapshot.needsDHCP(id), try snapshot.dhcpAgents(ofNetwork: id))
      }
      guard needsDHCP, agents.count < configuration.dhcp.agentsPerNetwork else { continue }
      try await store.write { _ = try $0.scheduleDHCP(ofNetwork: id, configuration) }
    }
  }

  /// Tells agents that something of a network has changed which is no row of its own, such as that it was given to them.
  func castDHCPNetworkUpdate(_ id: UUID, to hosts: [String]) {
    let arguments = DHCPHintArguments(payload: ["network": ["id": .string("\(id)")]])
    for host in hosts {
      self.hosts.cast(NetworkUpdateEnd.self, arguments, to: .host(host, binary: Agent.dhcpBinary))
    }
  }

  /// Has an agent that was switched off or on look at its networks. One of another type has none.
  func castNetworks(ofDHCPAgent agent: Agent) async throws {
    for id in try await store.read({ try $0.networkIDs(ofDHCPAgent: agent.id) }) {
      castDHCPNetworkUpdate(id, to: [agent.host])
    }
  }

  private func cast(_ notice: DHCPNotices.Notice, to audience: HostRPCServer.Audience) {
    let arguments = DHCPHintArguments(payload: notice.payload)
    switch (notice.resource, notice.kind) {
    case (.network, .insert): hosts.cast(NetworkCreateEnd.self, arguments, to: audience)
    case (.network, .update): hosts.cast(NetworkUpdateEnd.self, arguments, to: audience)
    case (.network, .delete): hosts.cast(NetworkDeleteEnd.self, arguments, to: audience)
    case (.subnet, .insert): hosts.cast(SubnetCreateEnd.self, arguments, to: audience)
    case (.subnet, .update): hosts.cast(SubnetUpdateEnd.self, arguments, to: audience)
    case (.subnet, .delete): hosts.cast(SubnetDeleteEnd.self, arguments, to: audience)
    case (.port, .insert): hosts.cast(PortCreateEnd.self, arguments, to: audience)
    case (.port, .update): hosts.cast(PortUpdateEnd.self, arguments, to: audience)
    case (.port, .delete): hosts.cast(PortDeleteEnd.self, arguments, to: audience)
    }
  }
}

extension DHCPNotices.Notice {
  /// As upstream's, but of the resource only what tells which one it is: an agent asks for the rest.
  fileprivate var payload: JSONValue {
    let (id, networkID): (JSONValue, JSONValue) = (.string("\(id)"), .string("\(networkID)"))
    return switch (resource, kind) {
    case (.network, .delete): ["network_id": networkID]
    case (.network, _): ["network": ["id": networkID]]
    case (.subnet, .delete): ["subnet_id": id, "network_id": networkID]
    case (.subnet, _): ["subnet": ["id": id, "network_id": networkID]]
    case (.port, .delete): ["port_id": id, "network_id": networkID]
    case (.port, _): ["port": ["id": id, "network_id": networkID]]
    }
  }
}
