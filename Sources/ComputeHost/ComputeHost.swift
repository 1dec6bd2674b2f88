package import HostRPC
internal import Logging
internal import Model
internal import ServiceLifecycle

/// A compute host's program: takes what the server asks for, and tells it what became of the guests.
package actor ComputeHost: Service {
  let parts: Parts
  var table: JobTable
  /// What the server said of this host's instances when the connection was made, and what was learnt since.
  var known: [UUID: Knowledge] = [:]
  let acknowledgements = Acknowledgements()
  /// Cancels an instance's job when it is finished.
  private var cancellations: [UUID: AsyncStream<Never>.Continuation] = [:]
  private let jobs: AsyncStream<StartedJob>
  private let startJob: AsyncStream<StartedJob>.Continuation
  private let calls: AsyncStream<CallHost.Arguments>
  private let takeCall: AsyncStream<CallHost.Arguments>.Continuation

  private struct StartedJob: Sendable {
    let job: JobTable.Job
    /// Ends when somebody wants the job cancelled.
    let cancelled: AsyncStream<Never>
  }

  /// What a host remembers of an instance. It can be had again from the server.
  struct Knowledge: Sendable {
    /// The ports that the user made.
    var givenPorts: Set<UUID>?
    var vmState: String?
    /// The power state that the server has been told last.
    var powerState: PowerState?
  }

  package init(_ parts: Parts, maxConcurrentBuilds: Int) {
    self.parts = parts
    table = JobTable(buildLimit: maxConcurrentBuilds)
    // The table bounds what can be in it.
    (jobs, startJob) = AsyncStream.makeStream(of: StartedJob.self, bufferingPolicy: .unbounded)
    // Whoever asks more than this at once gets no answer in time.
    (calls, takeCall) = AsyncStream.makeStream(of: CallHost.Arguments.self, bufferingPolicy: .bufferingOldest(256))
  }

  /// Runs until the service group shuts it down. Guests go on; those that are paused are resumed by the next process.
  package func run() async throws {
    let parts = parts
    try await parts.cache.start()
    try await parts.hypervisor.start()
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        group.addTask { await self.reportState() }
        group.addTask { await self.listen() }
        group.addTask { await self.watchGuests() }
        group.addTask { await self.answerCalls() }
        group.addTask { await self.acknowledgements.send(through: parts.server, logger: parts.logger) }
        for await job in self.jobs { group.addTask { await self.perform(job) } }
      }
    }
    parts.events.cancelAll()
  }

  private func answerCalls() async {
    let answers = HostAnswers(parts: parts)
    await withDiscardingTaskGroup { group in
      for await call in calls { group.addTask { await answers.answer(call) } }
    }
  }

  private func listen() async {
    do {
      try await parts.messages(
        { [weak self] in await self?.compareWithServer() }, { [weak self] in await self?.receive($0) })
    } catch is CancellationError {
      return
    } catch {
      parts.logger.error("Listening to the server ended", metadata: ["error": "\(error)"])
    }
  }

  // MARK: Messages

  /// Takes one message of the server's. Nothing here waits: an event must not queue behind slow work.
  package func receive(_ message: HostMessage) {
    do {
      if let arguments = try message.arguments(of: ExternalInstanceEvent.self) {
        receive(arguments.events, message.id)
      } else if let arguments = try message.arguments(of: BuildAndRunInstance.self) {
        receive(arguments.instance, message.id)
      } else if let arguments = try message.arguments(of: TerminateInstance.self) {
        perform(table.terminate(arguments.instanceID, messageID: message.id))
      } else if let request = try message.arguments(of: PerformOperation.self) {
        receive(request, message.id)
      } else if let arguments = try message.arguments(of: CancelOperation.self) {
        perform(table.cancel(operation: arguments.operationID, of: arguments.instanceID))
        if let id = message.id { acknowledgements.add([id]) }
      } else if let arguments = try message.arguments(of: RemoveInstance.self) {
        perform(table.add(.remove, arguments.instanceID, message.id))
      } else if let call = try message.arguments(of: CallHost.self) {
        takeCall.yield(call)
      } else {
        reject(message, "there is no such method")
      }
    } catch {
      reject(message, "\(error)")
    }
  }

  private func receive(_ events: [InstanceEvent], _ messageID: Int64?) {
    var deleted: [(instanceID: UUID, port: UUID)] = []
    for event in events {
      if event.name == .networkVIFDeleted, let port = event.tag.flatMap({ UUID($0) }) {
        deleted.append((event.instanceID, port))
        continue
      }
      let isExpected = parts.events.pop(event)
      guard !isExpected else { continue }
      // It came before its wait, twice, or after its wait: the look at the ports makes up for it.
      parts.logger.debug(
        "Received unexpected event",
        metadata: [
          "instance.id": "\(event.instanceID)", "event": "\(event.name.rawValue)", "port.id": "\(event.tag ?? "")",
        ])
    }
    if deleted.isEmpty {
      if let messageID { acknowledgements.add([messageID]) }
    } else {
      // Done behind whatever is being done to the instances; the message stays until then.
      perform(table.dropInterfaces(deleted, messageID: messageID))
    }
  }

  private func receive(_ request: OperationRequest, _ messageID: Int64?) {
    let id = request.instance.instanceID
    known[id, default: Knowledge()].givenPorts = Set(request.instance.networks.compactMap(\.portID))
    perform(table.add(.operation(request), id, messageID))
  }

  private func receive(_ request: BuildRequest, _ messageID: Int64?) {
    let id = request.instanceID
    // A build whose end was reported, but whose acknowledgement did not arrive: it must not be started again, for its
    // guest may have been shut down since.
    if let state = known[id]?.vmState, state != VMState.building.rawValue, !table.isBusy(id) {
      if let messageID { acknowledgements.add([messageID]) }
      return
    }
    known[id] = Knowledge(givenPorts: Set(request.networks.compactMap(\.portID)))
    perform(table.build(request, messageID: messageID))
  }

  /// A message that nobody understands will not be understood the next time either.
  private func reject(_ message: HostMessage, _ reason: String) {
    parts.logger.error(
      "A message of the server's was refused", metadata: ["rpc.method": "\(message.method)", "error": "\(reason)"])
    if let id = message.id { acknowledgements.add([id]) }
  }

  // MARK: Jobs

  private func perform(_ actions: [JobTable.Action]) {
    for action in actions {
      switch action {
      case .start(let job):
        // Before the job is taken up, so that a wish to cancel it cannot come too early.
        let (cancelled, cancellation) = AsyncStream.makeStream(of: Never.self)
        cancellations[job.instanceID] = cancellation
        startJob.yield(StartedJob(job: job, cancelled: cancelled))
      case .cancel(let id): cancellations[id]?.finish()
      case .acknowledge(let ids): acknowledgements.add(ids)
      }
    }
  }

  private func perform(_ started: StartedJob) async {
    let job = started.job
    let isDone = await withTaskGroup(of: Bool.self) { group in
      group.addTask { await self.work(job) }
      group.addTask {
        for await _ in started.cancelled {}
        return false
      }
      // The first to end is the job, or the wish to cancel it; then the job's own answer counts.
      var isDone = await group.next() ?? false
      group.cancelAll()
      for await answer in group { isDone = isDone || answer }
      return isDone
    }
    cancellations[job.instanceID] = nil
    perform(table.finished(job.instanceID, isDone: isDone))
  }

  /// - Returns: Whether the job was done to its end.
  private func work(_ job: JobTable.Job) async -> Bool {
    do {
      switch job.work {
      case .build(let request):
        try await parts.builder.build(request)
        known[job.instanceID]?.vmState = VMState.active.rawValue
        known[job.instanceID]?.powerState = .running
      case .operation(let request):
        let state = try await parts.performer.perform(request)
        await learn(state, of: request)
      case .dropInterface(let port):
        try await parts.performer.dropInterface(port: port, of: job.instanceID)
      case .remove:
        try await parts.terminator.remove(job.instanceID)
        known[job.instanceID] = nil
      case .terminate:
        try await parts.terminator.terminate(job.instanceID, given: await givenPorts(of: job.instanceID))
        known[job.instanceID] = nil
      }
      return true
    } catch is CancellationError {
      return false
    } catch {
      // The messages stay with the server, which sends them again with the next connection.
      parts.logger.error(
        "An instance's job failed", metadata: ["instance.id": "\(job.instanceID)", "error": "\(error)"])
      return false
    }
  }

  /// What an operation has made of an instance. The guest's state was told with it.
  private func learn(_ state: VMState?, of request: OperationRequest) async {
    let id = request.instance.instanceID
    guard let state else { return }
    known[id, default: Knowledge()].vmState = state.rawValue
    known[id]?.powerState = try? await parts.hypervisor.powerState(of: id) ?? .shutDown
  }

  private func givenPorts(of id: UUID) async throws -> Set<UUID>? {
    if let given = known[id]?.givenPorts { return given }
    let instances = try await parts.server.instances()
    return instances.first { $0.instanceID == id }?.build.map { Set($0.networks.compactMap(\.portID)) }
  }
}
