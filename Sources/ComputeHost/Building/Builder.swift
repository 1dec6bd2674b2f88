package import HostRPC
package import Logging
package import Model

/// Builds instances: ports, images, a paused guest, and its resume when its ports are ACTIVE.
///
/// Every step looks at what is there before it does something, so that a build can be begun again after a crash at any
/// point: a port is not made twice, and a guest is never started twice.
package struct Builder: Sendable {
  package let host: String
  package let networking: any NetworkingAPI
  package let files: InstanceFiles
  package let links: any HostLinks
  package let hypervisor: any HypervisorDriver
  package let events: InstanceEvents
  package let server: any ComputeServer
  package let options: PlugWait.Options
  /// `force_config_drive`
  package var forceConfigDrive = false
  package var clock: any Clock<Duration> = ContinuousClock()
  package var now: @Sendable () -> Timestamp = { .now }
  package let logger: Logger

  package init(
    host: String, networking: any NetworkingAPI, files: InstanceFiles, links: any HostLinks,
    hypervisor: any HypervisorDriver, events: InstanceEvents, server: any ComputeServer, options: PlugWait.Options,
    logger: Logger
  ) {
    (self.host, self.networking, self.files, self.links) = (host, networking, files, links)
    (self.hypervisor, self.events, self.server) = (hypervisor, events, server)
    (self.options, self.logger) = (options, logger)
  }

  /// Builds the instance and tells the server how it ended. When this returns, the request has been dealt with.
  ///
  /// - Throws: `CancellationError` when the task was cancelled: then nothing is cleaned up, because either the process
  ///   ends and the next one goes on, or the instance is deleted, which cleans up itself. Also what the server answered
  ///   if it does not want to hear of the instance.
  package func build(_ request: BuildRequest) async throws {
    let timeline = BootTimeline(now: now)
    timeline.mark("build_received")
    do {
      try await boot(Boot(request: request, isFirst: true), timeline)
    } catch let error {
      // What a cancelled step throws is seldom a CancellationError.
      try Task.checkCancellation()
      if error is CancellationError { throw error }
      return try await fail(request, BuildFailure(error), timeline)
    }
    let active = InstanceUpdate(
      instanceID: request.instanceID, vmState: VMState.active.rawValue, taskState: .cleared,
      powerState: PowerState.running.rawValue, launchedAt: now(), hostGuestID: "\(request.instanceID)")
    try await persistently("update_instance", logger: logger) { try await server.update(active) }
    timeline.mark("active")
    await record(timeline, of: request.instanceID)
  }

  /// Brings a guest to run when its ports are plugged: creates it paused, waits, resumes.
  ///
  /// - Throws: What failed; nothing is cleaned up.
  func boot(_ boot: Boot, _ timeline: BootTimeline) async throws {
    let request = boot.request
    let existing = try await existingGuest(request.instanceID)
    async let prepared = files(for: boot, existing)
    let allocated = try await timeline.step("ports_allocated") {
      let allocator = PortAllocator(networking: networking, host: host, clock: clock)
      return boot.isFirst ? try await allocator.allocate(request) : try await allocator.reclaim(request)
    }
    async let drive = existing == nil ? try await configDrive(for: request, allocated) : nil
    let vifs = try await vifs(for: allocated)
    if existing == .running { return }
    let settled =
      boot.isFirst || existing != nil ? Settled(ports: allocated) : try await settle(allocated, of: request.instanceID)

    let waiting = options.timeout > .zero ? settled.waiting : []
    let keys = waiting.map { InstanceEvents.Key(name: .networkVIFPlugged, tag: "\($0)") }
    let wait = events.prepare(request.instanceID, keys)
    defer { events.end(wait) }
    timeline.mark("vif_wait_registered", "\(waiting.count) of \(allocated.count) ports")

    let plugging = PlugWait(
      wait: wait, ports: waiting, stale: settled.stale, networking: networking, options: options, clock: clock,
      logger: logger)
    async let outcome = plugging.outcome(timeline)
    async let _ = recordWhileWaiting(timeline, of: request.instanceID)
    for vif in vifs { try await links.ensureBridge(vif.bridge, mtu: vif.mtu) }
    if existing == nil, let prepared = try await prepared {
      let guest = try GuestConfiguration(
        request: request, files: prepared, interfaces: vifs, configDrive: try await drive)
      try await create(guest, from: boot.memory, paused: !waiting.isEmpty, timeline)
      wait.wake()
    }
    try judge(try await outcome, request)
    try await timeline.step("guest_resumed") { try await hypervisor.resume(request.instanceID) }
  }

  /// What an earlier process has left of the guest: paused or running; `nil` if it has to be created. A guest in any
  /// other state did not come into being, and is removed first.
  private func existingGuest(_ id: UUID) async throws -> PowerState? {
    switch try await hypervisor.powerState(of: id) {
    case nil: return nil
    case .running: return .running
    case .paused: return .paused
    case .some:
      try await hypervisor.destroy(id)
      return nil
    }
  }

  private func files(for boot: Boot, _ existing: PowerState?) async throws -> InstanceFiles.Prepared? {
    guard existing == nil else { return nil }
    let prepared = try await files.prepare(boot.request, rescuingWith: boot.rescueImage)
    let id = boot.request.instanceID
    if boot.isFirst || !files.isHeld(id) { try files.hold(id, by: host) }
    return prepared
  }

  /// How the ports are to be plugged. The MTU of each network is asked for once.
  func vifs(for ports: [InstancePort]) async throws -> [VIF] {
    let networks = Set(ports.map(\.networkID))
    let mtus = try await withThrowingTaskGroup(of: (UUID, Int?).self) { group in
      for network in networks { group.addTask { (network, try await networking.mtu(ofNetwork: network)) } }
      return try await group.reduce(into: [UUID: Int]()) { $0[$1.0] = $1.1 }
    }
    return try ports.map { try VIF(port: $0, mtu: mtus[$0.networkID]) }
  }

  private func create(
    _ guest: GuestConfiguration, from memory: String?, paused: Bool, _ timeline: BootTimeline
  ) async throws {
    try Task.checkCancellation()
    timeline.mark("guest_create_started")
    if let memory {
      try await hypervisor.restore(guest, from: memory, paused: paused)
    } else {
      try await hypervisor.create(guest, paused: paused)
    }
    timeline.mark("guest_created_paused", paused ? nil : "not paused: there is no port to wait for")
  }

  func judge(_ outcome: PlugOutcome, _ request: BuildRequest) throws {
    let metadata: Logger.Metadata = ["instance.id": "\(request.instanceID)", "host": "\(host)"]
    switch outcome {
    case .plugged: return
    case .failed(let port):
      throw BuildFailure.virtualInterfaces("network-vif-plugged failed for port \(port)")
    case .timedOut(let ports):
      let names = ports.map { "network-vif-plugged-\($0)" }.joined(separator: ", ")
      guard !options.isFatal else { throw BuildFailure.virtualInterfaces("timeout waiting for \(names)") }
      logger.warning(
        "Timeout waiting for ports; the guest is resumed without them",
        metadata: metadata.merging(["events": "\(names)"]) { $1 })
    }
  }

  // MARK: Failure

  private func fail(_ request: BuildRequest, _ failure: BuildFailure, _ timeline: BootTimeline) async throws {
    let id = request.instanceID
    logger.error(
      "The instance could not be built",
      metadata: ["instance.id": "\(id)", "error": "\(failure.reason)", "details": "\(failure.details ?? "")"])
    await attempt("destroy the guest", id) { try await hypervisor.destroy(id) }
    await attempt("take back the ports", id) {
      let given = Set(request.networks.compactMap(\.portID))
      try await PortAllocator(networking: networking, host: host, clock: clock)
        .deallocate(id, given: given, sparingOthers: true)
    }
    await attempt("remove the files", id) { try files.remove(id) }
    try Task.checkCancellation()
    let update = InstanceUpdate(
      instanceID: id, vmState: VMState.error.rawValue, taskState: .cleared, powerState: PowerState.none.rawValue,
      fault: failure.fault(of: id))
    try await persistently("update_instance", logger: logger) { try await server.update(update) }
    await record(timeline, of: id)
  }

  /// Does one part of cleaning up. One that fails keeps none of the others from being done; deleting the instance later
  /// does them all again.
  private func attempt(_ what: String, _ id: UUID, _ body: () async throws -> Void) async {
    do {
      try await body()
    } catch {
      logger.error("Cleaning up failed", metadata: ["instance.id": "\(id)", "step": "\(what)", "error": "\(error)"])
    }
  }

  /// Tells of the steps so far whenever the boot has waited for a while, so that a person can see what it waits for. It
  /// ends with the task that waits.
  private func recordWhileWaiting(_ timeline: BootTimeline, of id: UUID) async {
    while (try? await clock.sleep(for: options.lookInterval)) != nil { await record(timeline, of: id) }
  }

  /// The timeline is worth one try at a time: without it everything works.
  func record(_ timeline: BootTimeline, of id: UUID) async {
    do {
      try await timeline.flush { try await server.record($0, of: id) }
    } catch {
      logger.warning("The timeline was not recorded", metadata: ["instance.id": "\(id)", "error": "\(error)"])
    }
  }
}

extension PlugWait {
  /// As ``run()``, with its end in the timeline. Without ports there is nothing to wait for.
  fileprivate func outcome(_ timeline: BootTimeline) async throws -> PlugOutcome {
    guard !ports.isEmpty else { return .plugged }
    let outcome = try await run()
    switch outcome {
    case .plugged: timeline.mark("vifs_plugged")
    case .timedOut(let ports):
      timeline.mark("vif_wait_timed_out", ports.map(\.description).joined(separator: ", "))
    case .failed(let port): timeline.mark("vif_plugging_failed", port.description)
    }
    return outcome
  }
}
