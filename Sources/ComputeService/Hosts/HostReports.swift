import HostRPC
import JSON
import Logging
import Model
import Store

/// What compute hosts tell the server, and ask it.
struct HostReports: Sendable {
  let store: Store
  let options: ComputeOptions
  let logger: Logger

  func register(on hosts: HostRPCServer) {
    hosts.register(ReportState.self) { try await reportState($0, $1) }
    hosts.register(GetInstances.self) { try await getInstances($0, $1) }
    hosts.register(Acknowledge.self) { try await acknowledge($0, $1) }
    hosts.register(UpdateInstance.self) { try await updateInstance($0, $1) }
    hosts.register(RecordInstanceEvents.self) { try await recordInstanceEvents($0, $1) }
  }

  private func reportState(_ arguments: ReportState.Arguments, _ caller: Caller) async throws -> ReportState.Result {
    let state = arguments.agentState
    guard state.host == caller.host else {
      throw RemoteFailure(kind: .invalidArguments, message: "host \(caller.host) reports for host \(state.host)")
    }
    let report = state.configurations
    let resources = try Members(report, path: "configurations")
    let vcpus = try resources.integer("vcpus")
    let memoryMB = try resources.integer("memory_mb")
    let diskGB = try resources.optionalInteger("disk_gb") ?? 0
    let hypervisorType = try resources.optionalString("hypervisor_type") ?? "unknown"
    let hypervisorVersion = try resources.optionalInteger("hypervisor_version") ?? 0
    let architecture = try resources.optionalString("architecture")
    let address = try resources.optionalString("host_ip").flatMap { IPAddress($0) }
    return try await store.write { transaction in
      let before = try transaction.computeNode(host: caller.host)
      var node = ComputeNode(
        id: before?.id ?? UUID(), host: caller.host, hypervisorType: hypervisorType, vcpus: vcpus, memoryMB: memoryMB,
        diskGB: diskGB, heartbeatAt: transaction.now)
      (node.hypervisorVersion, node.architecture, node.hostIP) = (hypervisorVersion, architecture, address)
      try transaction.reportComputeNode(node, isStart: state.startFlag)
      let downTime = options.scheduling.serviceDownTime
      try transaction.renewLeases(ofHost: caller.host, until: transaction.now + downTime)
      guard let before else { return .new }
      return before.isAlive(at: transaction.now, downTime: downTime) ? .alive : .revived
    }
  }

  private func getInstances(_: NoArguments, _ caller: Caller) async throws -> GetInstances.Result {
    let instances = try await store.read { try $0.instances(onHost: caller.host) }
    return GetInstances.Result(
      instances: try instances.map { instance in
        HostInstance(
          instanceID: instance.id, name: instance.name, vmState: instance.state.vm.rawValue,
          taskState: instance.state.task?.rawValue, build: try BuildRequest(instance))
      })
  }

  private func acknowledge(_ arguments: Acknowledge.Arguments, _ caller: Caller) async throws -> NoResult {
    try await store.write { transaction in
      try transaction.acknowledge(arguments.messageIDs, host: caller.host, binary: caller.binary)
    }
    return NoResult()
  }

  private func updateInstance(_ update: InstanceUpdate, _ caller: Caller) async throws -> NoResult {
    let logger = logger
    let rescheduling = Rescheduling(policy: options.scheduling)
    try await store.write { transaction in
      guard let instance = try transaction.instance(update.instanceID) else {
        logger.info(
          "A host reports an instance that does not exist",
          metadata: ["instance.id": "\(update.instanceID)", "host": "\(caller.host)"])
        return
      }
      guard instance.host == caller.host else {
        throw RemoteFailure(
          kind: .invalidArguments, message: "instance \(instance.id) is on \(instance.host ?? "no host")")
      }
      if update.vmState == VMState.deleted.rawValue {
        try transaction.withdrawMessages(ofInstance: instance.id, exceptMethod: RemoveInstance.name)
        try transaction.deleteInstance(instance.id)
      } else if update.vmState == nil, let power = update.powerState.flatMap(PowerState.init) {
        try transaction.synchronize(instance, with: power)
      } else if let change = try rescheduling.change(after: update, of: instance, in: transaction) {
        try transaction.apply(change, to: instance, update.hostGuestID)
      }
    }
    return NoResult()
  }

  private func recordInstanceEvents(
    _ arguments: RecordInstanceEvents.Arguments, _ caller: Caller
  ) async throws -> NoResult {
    try await store.write { transaction in
      for event in arguments.events {
        let step = ActionStep(
          event: event.event, startedAt: event.startedAt, finishedAt: event.finishedAt, host: caller.host,
          detail: event.detail)
        if ActionStep.endings.contains(step.event) {
          try transaction.recordOnce(step, ofInstance: arguments.instanceID)
        } else {
          try transaction.record(step, ofInstance: arguments.instanceID)
        }
      }
    }
    return NoResult()
  }
}

extension ActionStep {
  /// The steps that end a boot. The server records them when it learns the state, a host may have told it before.
  static let endings: Set<String> = ["active", "error"]
}

extension Transaction {
  /// A host has noticed what a guest does. What stops an instance is an action of its own, which nobody asked for.
  fileprivate func synchronize(_ instance: Instance, with power: PowerState) throws {
    var changed = instance
    changed.state = instance.state.synchronized(with: power)
    guard changed.state != instance.state else { return }
    try update(changed)
    guard changed.state.vm != instance.state.vm else { return }
    try begin(
      InstanceAction(
        action: "stop", requestID: "req-\(UUID())", userID: instance.userID, projectID: instance.projectID,
        startedAt: now),
      ofInstance: instance.id)
    try endAction(ofInstance: instance.id, message: "The guest has ended without having been asked to.")
  }

  /// Writes a host's report, and the end of the boot if it is one.
  func apply(_ change: InstanceChange, to instance: Instance, _ hostGuestID: String? = nil) throws {
    let changed = instance.applying(change, at: now)
    try update(changed, hostGuestID: hostGuestID)
    guard instance.state.vm != changed.state.vm else { return }
    switch changed.state.vm {
    case .active where instance.state.isBuilding:
      try recordOnce(
        ActionStep(event: "active", startedAt: now, finishedAt: now, host: instance.host), ofInstance: instance.id)
      try endAction(ofInstance: instance.id)
    case .error:
      let message = changed.fault?.message ?? "the host gave no reason"
      try recordOnce(
        ActionStep(event: "error", startedAt: now, finishedAt: now, host: instance.host, detail: message),
        ofInstance: instance.id)
      try endAction(ofInstance: instance.id, message: message)
    default: break
    }
  }
}

extension InstanceChange {
  /// - Throws: `RemoteFailure` for a state there is not.
  init(_ update: InstanceUpdate, at now: Timestamp) throws {
    func known<State: RawRepresentable>(_ value: State.RawValue, _: State.Type = State.self) throws -> State {
      guard let state = State(rawValue: value) else {
        throw RemoteFailure(kind: .invalidArguments, message: "\(value) is no \(State.self)")
      }
      return state
    }
    self.init(
      vm: try update.vmState.map { try known($0) },
      power: try update.powerState.map { try known($0) },
      fault: update.fault.map {
        InstanceFault(code: $0.code, message: $0.message, details: $0.details ?? "", createdAt: now)
      },
      launchedAt: update.launchedAt)
    switch update.taskState {
    case .unchanged: task = .unchanged
    case .cleared: task = .changed(nil)
    case .set(let name): task = .changed(try known(name))
    }
  }
}
