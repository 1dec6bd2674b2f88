internal import HostRPC
internal import JSON
internal import Logging
internal import Model

// Operations that make, copy or give away an instance's disks.
extension OperationPerformer {
  func rebuild(_ request: Request, from step: String) async throws -> Ending {
    if step != TaskState.rebuildSpawning.rawValue {
      try await tell(TaskState.rebuilding.rawValue, of: request)
      try await destroy(request.instance.instanceID)
      try files.reset(request.instance, keepsEphemeral: request.arguments["preserve_ephemeral"]?.bool ?? false)
      try await tell(TaskState.rebuildSpawning.rawValue, of: request)
    }
    guard request.before != .stopped else { return Ending(power: .shutDown) }
    return try await start(request)
  }

  /// The instance goes on; the image is its disk at one moment.
  func snapshot(_ request: Request) async throws -> Ending {
    try await uploadDisk(
      of: request, steps: (TaskState.imagePendingUpload.rawValue, TaskState.imageUploading.rawValue))
    return Ending(power: try await powerState(of: request.instance.instanceID))
  }

  // MARK: Shelving

  func shelve(_ request: Request) async throws -> Ending {
    try await shutDown(request.instance, within: options.shutdownTimeout)
    try files.removeSavedMemory(of: request.instance.instanceID)
    guard files.hasDisk(request.instance.instanceID) else {
      // There is nothing that an image could hold: the guest boots from a kernel and a ramdisk alone.
      if let image = request.arguments["image_id"]?.string.flatMap({ UUID($0) }) { await deleteImage(image) }
      return Ending(power: .shutDown, result: ["image_id": .null])
    }
    do {
      try await uploadDisk(
        of: request,
        steps: (TaskState.shelvingImagePendingUpload.rawValue, TaskState.shelvingImageUploading.rawValue))
    } catch let error as RolledBack {
      if request.before == .active { _ = try await start(request) }
      throw error
    }
    return Ending(power: .shutDown, result: ["image_id": request.arguments["image_id"] ?? .null])
  }

  /// Nothing of the instance stays on this host; its ports stay its own, bound nowhere.
  func offload(_ request: Request) async throws -> Ending {
    let id = request.instance.instanceID
    try await destroy(id)
    for port in try await networking.ports(of: id) { try await networking.releasePort(port.id) }
    try files.remove(id)
    return Ending(power: PowerState.none)
  }

  /// The disk is here still, or it is made of the image that shelving has written.
  func unshelve(_ request: Request) async throws -> Ending {
    var instance = request.instance
    let shelved = request.arguments["image_id"]?.string.flatMap { UUID($0) }
    if let shelved, !files.hasDisk(instance.instanceID) {
      instance.image.id = shelved
      instance.image.diskFormat = "qcow2"
    }
    try await boot(Boot(request: instance))
    if let shelved { await deleteImage(shelved) }
    return Ending(power: .running)
  }

  // MARK: Images

  /// Writes the instance's root disk into an image that is there already, without data. If that fails the image goes: it
  /// would be queued for ever.
  private func uploadDisk(of request: Request, steps: (String, String)) async throws {
    let id = request.instance.instanceID
    guard let image = request.arguments["image_id"]?.string.flatMap({ UUID($0) }) else {
      throw RolledBack("the request names no image")
    }
    guard try await images.image(image).status != "active" else { return }
    let copy = files.snapshot(of: id, image: image)
    do {
      try await tell(steps.0, of: request)
      try await hypervisor.copyDisk(of: id, from: files.rootDisk(of: id), to: copy)
      try await tell(steps.1, of: request)
      try await images.upload(image, from: copy, diskFormat: "qcow2", containerFormat: "bare")
      try HostFiles.remove(copy)
    } catch {
      try? HostFiles.remove(copy)
      try Task.checkCancellation()
      await deleteImage(image)
      throw RolledBack("the image could not be written: \(error)")
    }
  }

  private func deleteImage(_ image: UUID) async {
    do {
      try await images.delete(image)
    } catch {
      logger.warning("An image was not deleted", metadata: ["image.id": "\(image)", "error": "\(error)"])
    }
  }
}
