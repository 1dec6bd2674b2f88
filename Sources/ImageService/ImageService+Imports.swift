import Hummingbird
import JSON
import Logging
import Model
import OpenStackHTTP
import Store

extension ImageService {
  func addImports(to router: Router<OpenStackRequestContext>) {
    router.post("/v2/images/:id/import") { request, context in
      let body = try await context.json(of: request)
      try checkImport(body)
      let caller = try context.caller
      try await change(context) { image, transaction in
        try Self.checkImport(of: image)
        let task = ImageTask(
          id: UUID(), imageID: image.id, owner: image.owner, userID: caller.userID, requestID: context.requestID,
          input: Self.input(body, image), createdAt: transaction.now)
        _ = try transaction.moveImage(image.id, from: .uploading, to: .importing)
        try transaction.insert(task)
      }
      imports.wake()
      return Response.empty(.accepted)
    }
  }

  private func checkImport(_ body: JSONValue) throws {
    guard body.object != nil, let method = body["method"] else {
      throw APIError.badRequest("Import request requires a 'method' field.")
    }
    guard let name = method["name"] else { throw APIError.badRequest("Import request requires a 'name' field.") }
    guard let name = name.string, options.importMethods.contains(name) else {
      throw APIError.badRequest("The import method \(name) is not available here.")
    }
    // With one store both say the same as nothing. Glance with one store refuses `all_stores_must_succeed: false`, but
    // python-openstackclient always sends it, and does not look at the answer.
    for member in ["all_stores", "all_stores_must_succeed"] {
      guard body[member].map({ $0.bool != nil }) ?? true else {
        throw APIError.badRequest("'\(member)' must be boolean value only")
      }
    }
  }

  private static func checkImport(of image: Image) throws {
    guard image.status != .active else {
      throw APIError.conflict("Image with status active cannot be target for import")
    }
    guard image.status == .uploading, image.stagedSize != nil else {
      throw APIError.conflict("Image needs to be staged before 'glance-direct' method can be used")
    }
    for (name, value) in [("container_format", image.containerFormat), ("disk_format", image.diskFormat)] {
      guard value != nil else { throw APIError.conflict("'\(name)' needs to be set before import") }
    }
  }

  private static func input(_ body: JSONValue, _ image: Image) -> String {
    let input: JSONValue = ["image_id": .string("\(image.id)"), "import_req": body, "backend": [nil]]
    return String(decoding: input.bytes, as: UTF8.self)
  }
}

/// Imports what was asked for, beside the requests.
extension ImageService {
  private static let concurrentImports = 2

  /// Does the imports that wait, until the task is cancelled. One call at a time.
  package func performImports() async {
    await withTaskGroup(of: Void.self) { group in
      var running = 0
      while !Task.isCancelled {
        while running < Self.concurrentImports, let task = await nextImport() {
          group.addTask { await perform(task) }
          running += 1
        }
        guard running == Self.concurrentImports else {
          // Ended imports are collected with the next one. The time is for a database that could not be read.
          await imports.wait { try await ContinuousClock().sleep(for: .seconds(60)) }
          continue
        }
        await group.next()
        running -= 1
      }
      group.cancelAll()
    }
  }

  private func nextImport() async -> ImageTask? {
    do {
      return try await store.write { try $0.beginImageTask() }
    } catch {
      logger.error("imports cannot be read", metadata: ["error.reason": "\(error)"])
      return nil
    }
  }

  private func perform(_ task: ImageTask) async {
    do {
      try await importStaged(task.imageID)
      try await end(task, failure: nil)
    } catch is CancellationError {
      // It begins anew when the server starts again.
    } catch {
      let reason = (error as? APIError)?.message ?? "\(error)"
      logger.warning(
        "an image was not imported", metadata: ["image.id": "\(task.imageID)", "error.reason": "\(reason)"])
      try? await giveUp(task.imageID, .importing)
      try? await end(task, failure: reason)
    }
    imports.wake()
  }

  private func end(_ task: ImageTask, failure: String?) async throws {
    try await store.write { try $0.endImageTask(task.id, failure: failure) }
  }

  private func importStaged(_ id: UUID) async throws {
    guard let image = try await store.read({ try $0.image(id) }) else { return try await files.remove(id, .staged) }
    var inspection = try await judged(image, .staged)
    var format: ImageFormat?
    if let found = inspection?.format, let wanted = conversion(of: image, found), let converter {
      let (source, draft) = (files.path(id, .staged), files.path(id, .draft))
      try await converter.convert(source, found, to: draft, wanted, sizeLimit: options.sizeLimit)
      inspection = try await files.inspect(id, .draft, declared: wanted.rawValue)
      try files.move(id, .draft, to: .staged)
      format = wanted
    }
    var data = try await files.sums(of: id, .staged)
    data.virtualSize = inspection?.virtualSize.flatMap { Int(exactly: $0) }
    try files.move(id, .staged, to: .data)
    let (known, newFormat) = (data, format)
    let isThere = try await store.write { transaction in
      try options.checkStorage(image, known.size, transaction)
      if let newFormat { try transaction.setDiskFormat(newFormat, ofImage: id) }
      return try transaction.activateImage(id, data: known)
    }
    guard isThere else { return try await files.remove(id, .data) }
  }

  /// What a disk is converted to, if it is one that is.
  private func conversion(of image: Image, _ found: ImageFormat) -> ImageFormat? {
    guard let wanted = options.conversionFormat, wanted != found, image.containerFormat == "bare",
      ["qcow2", "raw", "vmdk", "vdi", "vhd", "vhdx"].contains(image.diskFormat)
    else { return nil }
    return wanted == .raw && [.gpt, .luks, .iso].contains(found) ? nil : wanted
  }
}
