internal import HostRPC
internal import Model
internal import Netlink

/// What is done for one network, from the question to the server to the word that its ports are ready.
struct NetworkWork: Sendable {
  /// What is known of a network that is served.
  struct Service: Sendable {
    var plan: NetworkPlan
    var process: NamespaceProcess
    /// The server was told that these are ready.
    var told: Set<ReadyPort>
    /// `false` after a failure: it is not known how much of what came after the plan was done.
    var isCertain = true
  }

  /// A network is to be served no more, and something of it is left.
  struct RemovalFailure: Error, CustomStringConvertible {
    var cause: any Error

    var description: String { "\(cause)" }
  }

  /// Ports that the server waits for word of. It may wait for a port anew although its addresses are as before, as when
  /// it is bound to another host.
  enum Ports: Hashable, Sendable {
    case all
    case some(Set<UUID>)

    /// - Parameter port: `nil` is any.
    mutating func insert(_ port: UUID?, limit: Int) {
      guard case .some(var ports) = self else { return }
      if let port, ports.count < limit {
        ports.insert(port)
        self = .some(ports)
      } else {
        self = .all
      }
    }

    func contains(_ port: UUID) -> Bool {
      switch self {
      case .all: true
      case .some(let ports): ports.contains(port)
      }
    }
  }

  /// What set the work off.
  enum Cause: Sendable {
    /// The server says this of the network.
    case answer(DHCPNetwork)
    /// The server is to be asked.
    case question(Ports)
    /// dnsmasq has ended; the server need not be there.
    case end
    /// The server has given the network to nobody here.
    case removal
  }

  let configuration: DHCPAgentConfiguration
  let installer: NetworkInstaller
  let server: any DHCPServerConnection
  /// `dhcp_ready_on_ports` is about so many at most; upstream's `DHCP_READY_PORTS_SYNC_MAX`.
  private static let readyLimit = 64

  /// - Parameter known: What is served up to now.
  /// - Returns: What is served from now on; `nil` if nothing is.
  func perform(_ cause: Cause, on id: UUID, known: Service?) async throws -> Service? {
    switch cause {
    case .answer(let network): return try await serve(network, telling: .all, known: known)
    case .question(let ports):
      let network = try await server.network(.init(networkID: id, host: configuration.host))
      guard let network else { return try await remove(id) }
      return try await serve(network, telling: ports, known: known)
    case .end:
      guard var service = known else { return try await perform(.question(.all), on: id, known: nil) }
      service.process = try await installer.install(service.plan, isFirst: true)
      return service
    case .removal: return try await remove(id)
    }
  }

  private func serve(_ network: DHCPNetwork, telling ports: Ports, known: Service?) async throws -> Service? {
    guard network.adminStateUp, network.subnets.contains(where: \.enableDHCP), let port = try await port(on: network)
    else { return try await remove(network.id) }
    let plan = NetworkPlan(
      ServedNetwork(network, port: port, dnsmasq: configuration.dnsmasq, metadata: configuration.metadata))
    let process = try await installer.install(plan, isFirst: known?.isCertain != true)
    // After a failure it is not known of which ports it was.
    let told = known?.isCertain == true ? known?.told ?? [] : []
    let waiting = plan.ports.filter { !told.contains($0) || ports.contains($0.id) }.map(\.id)
      .sorted { $0.description < $1.description }
    for start in stride(from: 0, to: waiting.count, by: Self.readyLimit) {
      let batch = waiting[start..<min(start + Self.readyLimit, waiting.count)]
      try await server.ready(DHCPReadyOnPorts.Arguments(portIDs: Array(batch)))
    }
    return Service(plan: plan, process: process, told: plan.ports)
  }

  /// The agent's port, which the server makes or changes if it is not there, or has other subnets than those with DHCP.
  private func port(on network: DHCPNetwork) async throws -> DHCPPort? {
    let device = dhcpDeviceID(host: configuration.host, network: network.id)
    let subnets = Set(network.subnets.filter(\.enableDHCP).map(\.id))
    if let port = network.ports.first(where: { $0.deviceID == device }), Set(port.fixedIPs.map(\.subnetID)) == subnets {
      return port
    }
    return try await server.createPort(
      CreateDHCPPort.Arguments(networkID: network.id, deviceID: device, host: configuration.host))
  }

  /// Takes everything away, last what tells another run of the agent that the server has to be told still.
  private func remove(_ id: UUID) async throws -> Service? {
    guard installer.installed.contains(id) else { return nil }
    let device = dhcpDeviceID(host: configuration.host, network: id)
    do {
      try await installer.remove(id)
      try await server.releasePort(
        ReleaseDHCPPort.Arguments(networkID: id, deviceID: device, host: configuration.host))
      try installer.forget(id)
    } catch {
      throw RemovalFailure(cause: error)
    }
    return nil
  }
}
