import HostRPC
import JSON
import Logging
import Model
import Store

extension NetworkService {
  /// Takes an agent's heartbeat. An agent that was not there before may be able to bind what could not be bound.
  func reportState(_ arguments: ReportState.Arguments) async throws -> ReportState.Result {
    let downTime = configuration.agentDownTime
    let state = arguments.agentState
    guard !state.agentType.isEmpty else {
      throw RemoteFailure(kind: .invalidArguments, message: "report_state: 'agent_type' is missing")
    }
    let result = try await store.write { transaction in try transaction.report(state, downTime: downTime) }
    if result != .alive || state.startFlag {
      logger.info(
        "an agent is there",
        metadata: ["host": "\(state.host)", "agent.type": "\(state.agentType)", "agent.state": "\(result.rawValue)"])
      try await rebindPorts(onHost: state.host)
      if state.agentType == Agent.linuxBridgeType { populationNotices.announce(host: state.host) }
    }
    return result
  }
}

extension Transaction {
  fileprivate func report(_ state: AgentState, downTime: Duration) throws -> ReportState.Result {
    let known = try agent(type: state.agentType, host: state.host)
    try save(
      Agent(
        id: known?.id ?? UUID(), type: state.agentType, binary: state.binary, host: state.host, topic: state.topic,
        availabilityZone: state.availabilityZone, adminStateUp: known?.adminStateUp ?? true,
        configurations: state.configurations.description, createdAt: known?.createdAt ?? now,
        startedAt: state.startFlag ? now : known?.startedAt ?? now, heartbeat: now))
    guard let known else { return .new }
    return known.isAlive(at: now, downTime: downTime) ? .alive : .revived
  }
}
