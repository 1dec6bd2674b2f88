internal import HostRPC
internal import JSON
internal import Libvirt
internal import Logging
internal import Model

// A running guest moves to another host, and its network is ready there before it arrives.
extension OperationPerformer {
  func liveMigrate(_ request: Request, from step: String) async throws -> Ending {
    switch request.leg {
    case .destination: try await expect(request)
    case .source: try await moveAway(request, from: step)
    default: try await welcome(request)
    }
  }

  /// Makes everything ready: disks, ports, and the taps, so that the agent wires them before the guest comes.
  ///
  /// Nova waits for the agent before libvirt makes the tap, which a Linux bridge agent never answers; here the tap is
  /// there first.
  private func expect(_ request: Request) async throws -> Ending {
    let (id, instance) = (request.instance.instanceID, request.instance)
    do {
      let sharesDisks = try files.expectArrival(of: id)
      let prepared = try await files.prepare(instance)
      let ports = PortAction.ordered(try await networking.ports(of: id), by: instance.networks)
      if !sharesDisks { _ = try await builder.configDrive(for: instance, ports) }
      try await plugInAdvance(ports, of: id)
      return Ending(
        result: [
          "shares_disks": .bool(sharesDisks), "address": .string(options.liveMigrationAddress ?? builder.host),
          "folder": .string(files.folder(of: id)), "kernel": JSONValue(prepared.kernelBoot?.kernel),
          "ramdisk": JSONValue(prepared.kernelBoot?.ramdisk),
        ])
    } catch {
      try Task.checkCancellation()
      await forget(id)
      throw RolledBack(BuildFailure(error).reason)
    }
  }

  /// The ports stay ACTIVE on the other host all the time, so only events tell that they are wired here too.
  private func plugInAdvance(_ ports: [InstancePort], of id: UUID) async throws {
    let waiting = builder.options.timeout > .zero ? ports.filter(\.isAdminStateUp).map(\.id) : []
    let wait = builder.events.prepare(
      id, waiting.map { InstanceEvents.Key(name: .networkVIFPlugged, tag: "\($0)") })
    defer { builder.events.end(wait) }
    for port in ports { try await networking.createBinding(of: port.id, on: builder.host) }
    try await taps.make(try await builder.vifs(for: ports), of: id)
    guard !waiting.isEmpty else { return }
    let plugging = PlugWait(
      wait: wait, ports: waiting, stale: Set(waiting), networking: networking, options: builder.options, clock: clock,
      logger: logger)
    switch try await plugging.run() {
    case .plugged: return
    case .failed(let port): throw BuildFailure.virtualInterfaces("network-vif-plugged failed for port \(port)")
    case .timedOut(let ports):
      // The guest is better off where it is: it never goes to a host that has not wired its ports.
      let names = ports.map(\.description).joined(separator: ", ")
      throw BuildFailure.virtualInterfaces("timeout waiting for network-vif-plugged of \(names) on \(builder.host)")
    }
  }

  private func moveAway(_ request: Request, from step: String) async throws -> Ending {
    let (id, instance) = (request.instance.instanceID, request.instance)
    let sharesDisks = request.arguments["shares_disks"]?.bool ?? false
    let address = request.arguments["address"]?.string ?? request.destinationHost ?? ""
    if try await hypervisor.powerState(of: id) != nil {
      do {
        try await move(request, to: options.liveMigrationURI.replacing("%s", with: address), copiesDisks: !sharesDisks)
      } catch {
        try Task.checkCancellation()
        if error is CancellationError { throw error }
        if try await hypervisor.powerState(of: id) != nil { try await stay(request, BuildFailure(error).reason) }
      }
    } else if step != Self.moving {
      try await stay(request, "The guest does not run.")
    }
    // A guest that is not here any more has arrived: the next leg looks.
    try await activate(instance, on: request.destinationHost ?? "")
    // The files stay until the other host has seen the guest: then the server tells this one to forget the instance.
    try await taps.remove(of: id)
    return Ending()
  }

  /// The step after which a guest that is not here may be on the other host.
  private static let moving = "running"

  /// The guest's ports stay bound here alone; what that host has made, the server tells it to forget.
  private func stay(_ request: Request, _ reason: String) async throws {
    for port in try await networking.ports(of: request.instance.instanceID) {
      try await networking.deleteBinding(of: port.id, on: request.destinationHost ?? "")
    }
    throw RolledBack(reason)
  }

  private func move(_ request: Request, to uri: String, copiesDisks: Bool) async throws {
    let (id, instance) = (request.instance.instanceID, request.instance)
    let ports = PortAction.ordered(try await networking.ports(of: id), by: instance.networks)
    let drive = builder.existingConfigDrive(of: instance)
    var guest = try GuestConfiguration(
      request: instance, files: try await files.prepare(instance), interfaces: try await builder.vifs(for: ports),
      configDrive: drive)
    guest.move(from: files.folder(of: id), as: request.arguments)
    let moved = guest
    try await tell(Self.moving, of: request)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await hypervisor.migrate(
          id, to: uri, guest: moved, copiesDisks: copiesDisks, timeout: options.liveMigrationTimeout)
      }
      group.addTask { await report(progressOf: request) }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  /// Tells the server how far the memory is, until the task is cancelled.
  private func report(progressOf request: Request) async {
    while (try? await clock.sleep(for: .seconds(1))) != nil {
      guard let progress = try? await hypervisor.migrationProgress(of: request.instance.instanceID) else { continue }
      var update = UpdateOperation.Arguments(operationID: request.operationID, leg: request.leg, step: nil)
      update.memoryTotal = progress.memoryTotal
      update.memoryRemaining = progress.memoryRemaining
      // The next report tells what this one could not.
      _ = try? await server.update(update)
    }
  }

  private func activate(_ instance: BuildRequest, on host: String) async throws {
    for port in try await networking.ports(of: instance.instanceID) {
      try await networking.activateBinding(of: port.id, on: host)
    }
  }

  /// The guest is here, or the migration has failed in a way that nobody noticed.
  private func welcome(_ request: Request) async throws -> Ending {
    let id = request.instance.instanceID
    guard let power = try await hypervisor.powerState(of: id), power == .running || power == .paused else {
      throw BuildFailure(reason: "The guest did not arrive on \(builder.host).")
    }
    try await activate(request.instance, on: builder.host)
    for port in try await networking.ports(of: id) {
      if let source = request.sourceHost { try await networking.deleteBinding(of: port.id, on: source) }
    }
    try files.endArrival(of: id, on: builder.host)
    return Ending(power: power)
  }

  private func forget(_ id: UUID) async {
    do {
      for port in try await networking.ports(of: id) {
        try await networking.deleteBinding(of: port.id, on: builder.host)
      }
      try await taps.remove(of: id)
      if HostFiles.exists(files.arrivalMark(of: id)) { try files.remove(id) }
    } catch {
      logger.error("Cleaning up failed", metadata: ["instance.id": "\(id)", "error": "\(error)"])
    }
  }
}

extension GuestConfiguration {
  /// Names every file as it is called on the host that has told of itself.
  ///
  /// - Parameter there: `folder` of the instance, `kernel` and `ramdisk`, as far as they are told.
  fileprivate mutating func move(from folder: String, as there: JSONValue) {
    let other = there["folder"]?.string ?? folder
    func moved(_ path: String) -> String {
      path.hasPrefix(folder + "/") ? other + path.dropFirst(folder.count) : path
    }
    if let path = disk?.path { disk?.path = moved(path) }
    for index in additionalDisks.indices { additionalDisks[index].path = moved(additionalDisks[index].path) }
    if let path = configDrive?.path { configDrive?.path = moved(path) }
    consoleLog = moved(consoleLog)
    firmwareVariables = firmwareVariables.map(moved)
    if let kernel = there["kernel"]?.string { kernelBoot?.kernel = kernel }
    if let ramdisk = there["ramdisk"]?.string { kernelBoot?.ramdisk = ramdisk }
  }
}
