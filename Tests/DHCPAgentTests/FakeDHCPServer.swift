import HostRPC
import JSON
import Model
import Synchronization

@testable import DHCPAgent

/// A Networking service that answers from a dictionary and keeps what it was told.
final class FakeDHCPServer: DHCPServerConnection {
  enum Call: Hashable, Sendable {
    case ready([Model.UUID])
    case released(Model.UUID)
    /// It was asked for a port, and has none to give.
    case refused(Model.UUID)
  }

  struct Away: Error {}

  private enum Signal: Sendable {
    case connected
    case message(HostMessage)
  }

  private struct State: Sendable {
    var networks: [Model.UUID: DHCPNetwork] = [:]
    var isAway = false
    var reports: [ReportState.Arguments] = []
  }

  private let state = Mutex(State())
  /// What the agent said, in order.
  let calls: AsyncStream<Call>
  private let called: AsyncStream<Call>.Continuation
  private let signals: AsyncStream<Signal>
  private let signal: AsyncStream<Signal>.Continuation

  init(_ networks: [DHCPNetwork] = []) {
    (calls, called) = AsyncStream.makeStream()
    (signals, signal) = AsyncStream.makeStream()
    for network in networks { set(network) }
    signal.yield(.connected)
  }

  func set(_ network: DHCPNetwork) { state.withLock { $0.networks[network.id] = network } }

  func remove(_ network: Model.UUID) { state.withLock { $0.networks[network] = nil } }

  /// Lets every call fail, or answers again.
  func set(isAway: Bool) { state.withLock { $0.isAway = isAway } }

  /// The agent's stream of messages is there again.
  func connect() { signal.yield(.connected) }

  /// - Parameter port: `nil` if the hint is about the whole network.
  func send<Method: DHCPHint>(_ method: Method.Type, about network: Model.UUID, port: Model.UUID? = nil) {
    let id: JSONValue = .string("\(network)")
    let payload: JSONValue = port.map { ["port": ["id": .string("\($0)"), "network_id": id]] } ?? ["network_id": id]
    signal.yield(.message(HostMessage(method, DHCPHintArguments(payload: payload))))
  }

  var reports: [ReportState.Arguments] { state.withLock { $0.reports } }

  func activeNetworks(_ arguments: GetActiveNetworksInfo.Arguments) async throws -> [DHCPNetwork] {
    try answer { Array($0.networks.values) }
  }

  func network(_ arguments: GetNetworkInfo.Arguments) async throws -> DHCPNetwork? {
    try answer { $0.networks[arguments.networkID] }
  }

  func createPort(_ arguments: CreateDHCPPort.Arguments) async throws -> DHCPPort? {
    let port = try answer { $0.networks[arguments.networkID].map { DHCPPort.own($0.subnets) } }
    if port == nil { called.yield(.refused(arguments.networkID)) }
    return port
  }

  func releasePort(_ arguments: ReleaseDHCPPort.Arguments) async throws {
    try answer { _ in }
    called.yield(.released(arguments.networkID))
  }

  func ready(_ arguments: DHCPReadyOnPorts.Arguments) async throws {
    try answer { _ in }
    called.yield(.ready(arguments.portIDs))
  }

  func reportState(_ arguments: ReportState.Arguments) async throws -> ReportState.Result {
    try answer { $0.reports.append(arguments) }
    return .alive
  }

  private func answer<T>(_ body: (inout State) -> T) throws -> T {
    try state.withLock { state in
      if state.isAway { throw Away() }
      return body(&state)
    }
  }

  func listen(connected: () async -> Void, received: (HostMessage) async -> Void) async throws {
    for await signal in signals {
      switch signal {
      case .connected: await connected()
      case .message(let message): await received(message)
      }
    }
    throw CancellationError()
  }
}
