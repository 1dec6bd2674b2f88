internal import HostRPC
internal import JSON
internal import Logging
internal import Model

// Operations that take an instance from one host to another while it does not run.
extension OperationPerformer {
  // MARK: Resize and migrate

  func resize(_ request: Request, from step: String) async throws -> Ending {
    switch request.leg {
    case .source: try await leave(request)
    case .destination: try await arrive(request)
    default: try await comeBack(request, running: request.before != .stopped)
    }
  }

  /// The guest stops, and its files stand aside until somebody confirms.
  private func leave(_ request: Request) async throws -> Ending {
    do {
      return try await makeReadyToLeave(request)
    } catch {
      try Task.checkCancellation()
      if error is CancellationError { throw error }
      _ = try await comeBack(request, running: request.before != .stopped)
      throw RolledBack(BuildFailure(error).reason)
    }
  }

  private func makeReadyToLeave(_ request: Request) async throws -> Ending {
    let id = request.instance.instanceID
    try await shutDown(request.instance, within: options.shutdownTimeout)
    try files.removeSavedMemory(of: id)
    try await tell(TaskState.resizeMigrating.rawValue, of: request)
    try files.putAside(id)
    let folder = files.asideFolder(of: id)
    let names = try files.dataFiles(in: folder)
    // An overlay is of no use where its image is not; the copy stands alone.
    if request.sourceHost != request.destinationHost, names.contains("disk") {
      try await hypervisor.copyDisk(of: id, from: "\(folder)/disk", to: files.movingDisk(in: folder))
    }
    return Ending(power: .shutDown, result: ["files": JSONValue(names)])
  }

  private func arrive(_ request: Request) async throws -> Ending {
    let instance = request.instance
    do {
      try await tell(TaskState.resizeMigrated.rawValue, of: request)
      try await fetchFiles(request)
      try await files.resizeRootDisk(of: instance.instanceID, toGigabytes: instance.flavor.rootGB)
      try await tell(TaskState.resizeFinish.rawValue, of: request)
      return try await settleHere(request, running: request.before != .stopped)
    } catch {
      try Task.checkCancellation()
      await clear(instance.instanceID)
      throw error
    }
  }

  private func fetchFiles(_ request: Request) async throws {
    let id = request.instance.instanceID
    let folder = files.folder(of: id)
    try HostFiles.makeFolder(folder)
    for name in request.arguments["files"]?.array?.compactMap(\.string) ?? []
    where !HostFiles.exists("\(folder)/\(name)") {
      guard name == "disk" || name.hasPrefix("disk.eph"), !name.contains("/") else { continue }
      let part = "\(folder)/\(name).part"
      try HostFiles.remove(part)
      if request.sourceHost == request.destinationHost {
        try HostFiles.copy("\(files.asideFolder(of: id))/\(name)", to: part)
      } else {
        try await server.fetch(name, ofOperation: request.operationID, to: part)
      }
      try HostFiles.move(part, to: "\(folder)/\(name)")
    }
  }

  /// The instance is this host's again, as it was.
  private func comeBack(_ request: Request, running: Bool) async throws -> Ending {
    try files.takeBack(request.instance.instanceID)
    try files.hold(request.instance.instanceID, by: builder.host)
    return try await settleHere(request, running: running)
  }

  /// Binds the ports here, and starts the guest if it ran.
  private func settleHere(_ request: Request, running: Bool) async throws -> Ending {
    if running { return try await start(request) }
    _ = try await PortAllocator(networking: networking, host: builder.host, clock: clock).reclaim(request.instance)
    return Ending(power: .shutDown)
  }

  /// Takes away what an operation has made here. What fails is done again by the server's `remove_instance`.
  func clear(_ id: UUID) async {
    do {
      try await destroy(id)
      try files.remove(id)
    } catch {
      logger.error("Cleaning up failed", metadata: ["instance.id": "\(id)", "error": "\(error)"])
    }
  }

  func confirmResize(_ request: Request) async throws -> Ending {
    try files.removeAside(request.instance.instanceID)
    return Ending()
  }

  func revertResize(_ request: Request, from step: String) async throws -> Ending {
    let id = request.instance.instanceID
    guard request.leg == .destination else {
      return try await comeBack(request, running: request.arguments["old_vm_state"]?.string != VMState.stopped.rawValue)
    }
    try await shutDown(request.instance, within: options.shutdownTimeout)
    try files.remove(id)
    return Ending(power: .shutDown)
  }

  // MARK: Evacuate

  /// The old host is down and its disks with it: the instance begins anew from its image, with the ports it had.
  ///
  /// Where both hosts see the same files its disks are there, and stay if it cannot start here.
  func evacuate(_ request: Request) async throws -> Ending {
    let id = request.instance.instanceID
    let sharesDisks = try files.expectArrival(of: id)
    do {
      let ending = try await settleHere(request, running: request.before != .stopped)
      try files.endArrival(of: id, on: builder.host)
      return ending
    } catch {
      try Task.checkCancellation()
      if error is CancellationError { throw error }
      if sharesDisks { try await destroy(id) } else { await clear(id) }
      throw error
    }
  }

  /// A file that the host of an operation's next leg asks for.
  func send(_ name: String, ofOperation operation: Int64, instance id: UUID) async throws {
    let folder = files.asideFolder(of: id)
    let path = name == "disk" ? files.movingDisk(in: folder) : "\(folder)/\(name)"
    guard try files.dataFiles(in: folder).contains(name) else {
      throw AnswerCall.Arguments.Failure(code: 404, message: "there is no file \(name)")
    }
    try await server.send(path, as: name, ofOperation: operation)
  }
}
