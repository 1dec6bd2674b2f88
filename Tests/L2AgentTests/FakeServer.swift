import HostRPC
import JSON
import L2Agent
import Model
import Synchronization
import Testing

/// A Networking service that answers from a dictionary and keeps what it was told.
final class FakeServer: ServerConnection {
  enum Call: Hashable, Sendable {
    case details([String])
    case up(String)
    case down(String)
    case many(up: [String], down: [String])
  }

  struct Away: Error {}

  private enum Signal: Sendable {
    case connected
    case message(HostMessage)
  }

  private struct State: Sendable {
    var answers: [String: DeviceAnswer] = [:]
    var groups = SecurityGroupInfoForDevices.Result()
    var isAway = false
    var hasGivenUp = false
    var reports: [ReportState.Arguments] = []
    var observed: [Set<String>] = []
    var whileAsked: (@Sendable ([String]) async throws -> Void)?
  }

  private let state = Mutex(State())
  /// The calls about devices, in order.
  let calls: AsyncStream<Call>
  private let called: AsyncStream<Call>.Continuation
  let heartbeats: AsyncStream<ReportState.Arguments>
  private let beat: AsyncStream<ReportState.Arguments>.Continuation
  private let signals: AsyncStream<Signal>
  private let signal: AsyncStream<Signal>.Continuation

  init(_ ports: [DeviceDetails] = [], connected: Bool = true) {
    (calls, called) = AsyncStream.makeStream()
    (heartbeats, beat) = AsyncStream.makeStream()
    (signals, signal) = AsyncStream.makeStream()
    for port in ports { set(.details(port)) }
    if connected { connect() }
  }

  func set(_ answer: DeviceAnswer) {
    state.withLock { $0.answers[answer.device] = answer }
  }

  /// What the server says of security groups from now on, whichever devices it is asked about.
  func set(_ groups: SecurityGroupInfoForDevices.Result) {
    state.withLock { $0.groups = groups }
  }

  /// The next report of the agent's state is answered as that of an agent which was given up.
  func giveUp() {
    state.withLock { $0.hasGivenUp = true }
  }

  /// Lets every call fail, or answers again.
  func set(isAway: Bool) {
    state.withLock { $0.isAway = isAway }
  }

  /// Runs before details are answered.
  func onDetails(_ body: (@Sendable ([String]) async throws -> Void)?) {
    state.withLock { $0.whileAsked = body }
  }

  /// The agent's stream of messages is there, for the first time or again.
  func connect() {
    signal.yield(.connected)
  }

  func send<Method: RPCMethod>(_ method: Method.Type, _ arguments: Method.Arguments) {
    signal.yield(.message(HostMessage(method, arguments)))
  }

  /// The names in `observed_at` of each call that had one to give.
  var observed: [Set<String>] { state.withLock { $0.observed } }

  func devicesDetails(_ arguments: GetDevicesDetailsList.Arguments) async throws -> [DeviceAnswer] {
    #expect(arguments.agentID.hasPrefix("lb"))
    called.yield(.details(arguments.devices))
    try await state.withLock { $0.whileAsked }?(arguments.devices)
    return try state.withLock { state in
      if state.isAway { throw Away() }
      state.observed.append(Set(arguments.observedAt.keys))
      return arguments.devices.map { state.answers[$0] ?? .unknown(device: $0) }
    }
  }

  func securityGroupInfo(
    _ arguments: SecurityGroupInfoForDevices.Arguments
  ) async throws -> SecurityGroupInfoForDevices.Result {
    try state.withLock { state in
      if state.isAway { throw Away() }
      return state.groups
    }
  }

  func deviceUp(_ report: DeviceReport) async throws { try note(.up(report.device), report.observedAt) }

  func deviceDown(_ report: DeviceReport) async throws { try note(.down(report.device), report.observedAt) }

  func updateDevices(_ arguments: UpdateDeviceList.Arguments) async throws -> UpdateDeviceList.Result {
    try note(.many(up: arguments.devicesUp, down: arguments.devicesDown), arguments.observedAt)
    return .init(devicesUp: arguments.devicesUp)
  }

  private func note(_ call: Call, _ observed: [String: Timestamp]) throws {
    // Who waits for the call may ask at once what came with it.
    defer { called.yield(call) }
    try state.withLock { state in
      if state.isAway { throw Away() }
      state.observed.append(Set(observed.keys))
    }
  }

  func reportState(_ arguments: ReportState.Arguments) async throws -> ReportState.Result {
    beat.yield(arguments)
    return state.withLock { state in
      defer { state.hasGivenUp = false }
      return state.hasGivenUp ? .revived : .alive
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
