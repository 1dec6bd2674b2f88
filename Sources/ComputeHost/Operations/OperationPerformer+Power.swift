internal import HostRPC
internal import JSON
internal import Logging
internal import Model

// Operations on a guest's processors and its power.
extension OperationPerformer {
  func start(_ request: Request) async throws -> Ending {
    try files.takeBackLostDisk(request.instance.instanceID)
    try await boot(Boot(request: request.instance))
    return Ending(power: .running)
  }

  func stop(_ request: Request) async throws -> Ending {
    try await shutDown(request.instance, within: options.shutdownTimeout)
    return Ending(power: .shutDown)
  }

  /// A guest that does not listen is ended, as upstream does.
  func rebootSoft(_ request: Request, from step: String) async throws -> Ending {
    if step != TaskState.rebootStarted.rawValue {
      try await tell(TaskState.rebootPending.rawValue, of: request)
      try await shutDown(request.instance, within: options.softRebootTimeout)
      try await tell(TaskState.rebootStarted.rawValue, of: request)
    }
    return try await start(request)
  }

  /// The step says whether a guest that is there is the old one or already the new.
  func rebootHard(_ request: Request, from step: String) async throws -> Ending {
    if step != TaskState.rebootStartedHard.rawValue {
      try await tell(TaskState.rebootPendingHard.rawValue, of: request)
      try await destroy(request.instance.instanceID)
      try files.removeSavedMemory(of: request.instance.instanceID)
      try await tell(TaskState.rebootStartedHard.rawValue, of: request)
    }
    return try await start(request)
  }

  func pause(_ request: Request) async throws -> Ending {
    try await hypervisor.pause(request.instance.instanceID)
    return Ending(power: .paused)
  }

  func unpause(_ request: Request) async throws -> Ending {
    try await hypervisor.resume(request.instance.instanceID)
    return Ending(power: .running)
  }

  func suspend(_ request: Request) async throws -> Ending {
    let id = request.instance.instanceID
    try await hypervisor.save(id, to: files.savedMemory(of: id))
    try await taps.remove(of: id)
    return Ending(power: .shutDown)
  }

  /// A guest whose memory cannot be had any more starts anew, as after a loss of power.
  func resume(_ request: Request) async throws -> Ending {
    let id = request.instance.instanceID
    let memory = files.savedMemory(of: id)
    try await boot(Boot(request: request.instance, memory: HostFiles.exists(memory) ? memory : nil))
    try HostFiles.remove(memory)
    return Ending(power: .running)
  }

  // MARK: Rescue

  func rescue(_ request: Request, from step: String) async throws -> Ending {
    if step != Self.stopped {
      try await shutDown(request.instance, within: options.shutdownTimeout)
      try await tell(Self.stopped, of: request)
    }
    let image = try request.arguments["image"].map { try BuildRequest.Image(json: $0) } ?? request.instance.image
    do {
      try await boot(Boot(request: request.instance, rescueImage: image))
    } catch {
      try Task.checkCancellation()
      try files.removeRescue(of: request.instance.instanceID)
      throw error
    }
    return Ending(power: .running)
  }

  func unrescue(_ request: Request, from step: String) async throws -> Ending {
    let id = request.instance.instanceID
    if step != Self.stopped {
      try await destroy(id)
      try files.removeRescue(of: id)
      try await tell(Self.stopped, of: request)
    }
    return try await start(request)
  }

  /// The step after which a guest that is there is the new one.
  static let stopped = "stopped"

  // MARK: Shutting down

  /// Asks the guest to shut down and waits; one that takes too long is ended. Without a guest nothing happens.
  func shutDown(_ instance: BuildRequest, within limit: Duration) async throws {
    let id = instance.instanceID
    guard let state = try await hypervisor.powerState(of: id) else { return }
    // A guest whose processors stand still hears nothing.
    let limit = instance.image.properties["os_shutdown_timeout"].flatMap { Int($0) }.map { .seconds($0) } ?? limit
    if state == .running, limit > .zero, try await shutsDown(id, within: limit) { return try await taps.remove(of: id) }
    try await destroy(id)
  }

  private func shutsDown(_ id: UUID, within limit: Duration) async throws -> Bool {
    let changes = try await hypervisor.changes()
    try await hypervisor.shutDown(id)
    if try await hypervisor.powerState(of: id) == nil { return true }
    return try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        for await changed in changes where changed == id {
          if try await hypervisor.powerState(of: id) == nil { return true }
        }
        return false
      }
      group.addTask {
        try await clock.sleep(for: limit)
        return false
      }
      defer { group.cancelAll() }
      return try await group.next() ?? false
    }
  }
}
