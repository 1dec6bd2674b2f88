package import HostRPC
internal import JSON
internal import Logging
package import Model

/// Does the legs of long operations on this host, and tells the server how they ended.
///
/// Every leg looks at what is there before it does something, so that it can be begun again after a crash at any point.
package struct OperationPerformer: Sendable {
  package typealias Request = OperationRequest

  let builder: Builder
  let images: any ImageAPI
  let options: Options

  /// What an operator may choose.
  package struct Options: Sendable {
    /// `shutdown_timeout`: how long a guest may take to shut down before it is ended.
    package var shutdownTimeout = Duration.seconds(60)
    /// `wait_soft_reboot_seconds`: how long before a soft reboot becomes a hard one.
    package var softRebootTimeout = Duration.seconds(120)
    /// `[libvirt] live_migration_uri`: how another host's libvirt is reached, with `%s` for its name.
    package var liveMigrationURI = "qemu+tcp://%s/system"
    /// `[libvirt] live_migration_inbound_addr`: how others reach this host's libvirt; `nil` for the host's name.
    package var liveMigrationAddress: String?
    /// `[libvirt] live_migration_completion_timeout`, here for the whole move.
    package var liveMigrationTimeout = Duration.seconds(3600)

    package init() {}
  }

  package init(builder: Builder, images: any ImageAPI, options: Options = Options()) {
    (self.builder, self.images, self.options) = (builder, images, options)
  }

  var hypervisor: any HypervisorDriver { builder.hypervisor }
  var networking: any NetworkingAPI { builder.networking }
  var files: InstanceFiles { builder.files }
  var server: any ComputeServer { builder.server }
  var clock: any Clock<Duration> { builder.clock }
  var logger: Logger { builder.logger }
  var taps: AdvanceTaps { AdvanceTaps(files: files, links: builder.links) }

  /// Ends a guest, with the taps that would outlive it.
  func destroy(_ id: UUID) async throws {
    try await hypervisor.destroy(id)
    try await taps.remove(of: id)
  }

  /// How a leg ended well.
  struct Ending: Sendable {
    var power: PowerState?
    /// An object for the next leg, or for whoever waits for the outcome.
    var result: JSONValue = [:]
  }

  /// Does a leg if the server still wants it, and tells how it ended. When this returns, the request has been dealt
  /// with.
  ///
  /// - Returns: What the instance is now; `nil` if the request was an old one.
  /// - Throws: `CancellationError`: nothing is told then, since the next process goes on, or another request takes this
  ///   one's place.
  package func perform(_ request: Request) async throws -> VMState? {
    let standing = try await tell(nil, of: request)
    guard standing.isCurrent else { return nil }
    let report = try await report(of: request, from: standing.step)
    return try await persistently("finish_operation", logger: logger) { try await server.finish(report) }.vmState
  }

  private func report(of request: Request, from step: String) async throws -> FinishOperation.Arguments {
    do {
      let ending = try await work(request, from: step)
      return .init(
        operationID: request.operationID, leg: request.leg, outcome: .done, powerState: ending.power,
        result: ending.result)
    } catch {
      // What a cancelled step throws is seldom a CancellationError.
      try Task.checkCancellation()
      if error is CancellationError { throw error }
      let failure = BuildFailure(error)
      logger.error(
        "An operation failed",
        metadata: [
          "instance.id": "\(request.instance.instanceID)", "operation.kind": "\(request.kind.rawValue)",
          "operation.leg": "\(request.leg.rawValue)", "error": "\(failure.reason)",
        ])
      return .init(
        operationID: request.operationID, leg: request.leg,
        outcome: (error as? RolledBack) == nil ? .failed : .rolledBack,
        powerState: try? await powerState(of: request.instance.instanceID),
        fault: .init(message: failure.reason, details: failure.details))
    }
  }

  private func work(_ request: Request, from step: String) async throws -> Ending {
    switch request.kind {
    case .start: try await start(request)
    case .stop: try await stop(request)
    case .rebootSoft: try await rebootSoft(request, from: step)
    case .rebootHard: try await rebootHard(request, from: step)
    case .pause: try await pause(request)
    case .unpause: try await unpause(request)
    case .suspend: try await suspend(request)
    case .resume: try await resume(request)
    case .rescue: try await rescue(request, from: step)
    case .unrescue: try await unrescue(request, from: step)
    case .rebuild: try await rebuild(request, from: step)
    case .snapshot: try await snapshot(request)
    case .shelve: try await shelve(request)
    case .shelveOffload: try await offload(request)
    case .unshelve: try await unshelve(request)
    case .attachInterface: try await attach(request)
    case .detachInterface: try await detach(request)
    case .resize, .migrate: try await resize(request, from: step)
    case .confirmResize: try await confirmResize(request)
    case .revertResize: try await revertResize(request, from: step)
    case .liveMigrate: try await liveMigrate(request, from: step)
    case .evacuate: try await evacuate(request)
    }
  }

  // MARK: What all legs need

  /// Tells the server which step comes next, and asks whether it is still wanted.
  @discardableResult
  func tell(_ step: String?, of request: Request) async throws -> UpdateOperation.Result {
    let update = UpdateOperation.Arguments(operationID: request.operationID, leg: request.leg, step: step)
    let standing = try await persistently("update_operation", logger: logger) { try await server.update(update) }
    // Another request has taken this one's place, and its message is on its way.
    if step != nil, !standing.isCurrent { throw CancellationError() }
    return standing
  }

  /// Nova's power state of an instance; one without a guest is shut down.
  func powerState(of id: UUID) async throws -> PowerState {
    try await hypervisor.powerState(of: id) ?? .shutDown
  }

  /// Starts a guest. One that was not plugged in time does not stay: its instance is not said to run.
  func boot(_ boot: Boot) async throws {
    let timeline = BootTimeline(now: builder.now)
    let id = boot.request.instanceID
    do {
      try await builder.boot(boot, timeline)
    } catch {
      try Task.checkCancellation()
      await builder.record(timeline, of: id)
      // A guest that runs was there before.
      if try await hypervisor.powerState(of: id) != .running { try await destroy(id) }
      throw error
    }
    await builder.record(timeline, of: boot.request.instanceID)
  }
}

/// An operation that failed and has left everything as it was.
struct RolledBack: Error, CustomStringConvertible {
  let reason: String

  init(_ reason: String) {
    self.reason = reason
  }

  var description: String { reason }
}
