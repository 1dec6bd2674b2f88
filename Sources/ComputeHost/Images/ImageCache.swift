internal import Libvirt
package import Logging
package import Model

/// The images of this host, each downloaded once, verified and inspected. An image's data never changes, so what is
/// there is right.
package actor ImageCache {
  /// A disk in the cache, to be read in this format and no other.
  package struct Disk: Hashable, Sendable {
    package var path: String
    package var format: GuestConfiguration.Disk.Format
    /// What a guest sees, in bytes.
    package var virtualSize: UInt64
  }

  /// How often a download is tried, as `[glance] num_retries` has it, and the pause between two tries.
  private static let attempts = 4
  private let retryPause: Duration

  private let images: any ImageAPI
  let folder: String
  private let logger: Logger
  /// Those who want an image that is being downloaded wait for the outcome.
  private var waiting: [UUID: [CheckedContinuation<Result<Void, any Error>, Never>]] = [:]

  package init(images: any ImageAPI, folder: String, retryPause: Duration = .seconds(1), logger: Logger) {
    (self.images, self.folder, self.retryPause, self.logger) = (images, folder, retryPause, logger)
  }

  /// Makes the folder and removes what an interrupted download has left.
  package func start() throws {
    try HostFiles.makeFolder(folder)
    for file in try HostFiles.names(in: folder) where file.hasSuffix(".part") {
      try HostFiles.remove("\(folder)/\(file)")
    }
  }

  /// What the Image service says of an image. It is not kept: an image may have been deactivated.
  package func describe(_ id: UUID) async throws -> ImageDescription {
    try await images.image(id)
  }

  /// An image as a disk that others may have for a backing file. It is looked at once more before it is used.
  package func disk(of id: UUID) async throws -> Disk {
    let path = try await file(of: id)
    let source = try HostFiles.imageSource(path)
    let inspection: ImageInspection
    do {
      inspection = try await ImageInspection(of: source, declared: try await source.isQCOW2 ? "qcow2" : "raw")
    } catch let error as ImageFormatError {
      throw ImageError("Image \(id) is unacceptable: \(error)")
    }
    return Disk(
      path: path, format: inspection.format == .qcow2 ? .qcow2 : .raw,
      virtualSize: inspection.virtualSize ?? source.size)
  }

  /// The path of an image's data on this host, downloaded first if need be.
  package func file(of id: UUID) async throws -> String {
    // The name is made of the id's bytes, so it has no character that means something in a path.
    let path = "\(folder)/\(id)"
    while !HostFiles.exists(path) {
      if waiting[id] != nil {
        // A download ends: its client has time-outs.
        let outcome = await withCheckedContinuation { waiting[id]?.append($0) }
        try Task.checkCancellation()
        // Who has downloaded may have been stopped, which is no reason for others to stop.
        if case .failure(let error) = outcome, !(error is CancellationError) { throw error }
        continue
      }
      try await downloadForAll(id, to: path)
    }
    try HostFiles.touch(path)
    return path
  }

  private func downloadForAll(_ id: UUID, to path: String) async throws {
    waiting[id] = []
    let outcome: Result<Void, any Error>
    do {
      outcome = .success(try await downloadPatiently(id, to: path))
    } catch {
      outcome = .failure(error)
    }
    for continuation in waiting.removeValue(forKey: id) ?? [] { continuation.resume(returning: outcome) }
    try outcome.get()
  }

  private func downloadPatiently(_ id: UUID, to path: String) async throws {
    for attempt in 1... {
      do {
        return try await download(id, to: path)
      } catch let error as ImageError where error.isTransient && attempt < Self.attempts {
        logger.warning(
          "An image is downloaded once more", metadata: ["image.id": "\(id)", "error.reason": "\(error)"])
        try await Task.sleep(for: retryPause * attempt)
      }
    }
  }

  private func download(_ id: UUID, to path: String) async throws {
    let image = try await images.image(id)
    guard image.status == "active" else { throw ImageError("Image \(id) is not active.") }
    let part = "\(path)-\(UUID()).part"
    do {
      try await images.download(id, to: part)
      try await BlockingThreads.shared.run { try Self.verify(part, image) }
      try HostFiles.move(try await usable(part, image), to: path)
    } catch {
      try? HostFiles.remove(part)
      throw error
    }
    logger.info("An image was downloaded", metadata: ["image.id": "\(id)", "bytes": "\(image.size)"])
  }

  /// Compares the length and the strongest sum that the service gave.
  private static func verify(_ path: String, _ image: ImageDescription) throws {
    let size = try HostFiles.size(of: path)
    guard size == image.size else {
      throw ImageError("Image \(image.id) has \(image.size) bytes, but \(size) arrived", isTransient: true)
    }
    let algorithm = image.hashAlgorithm.flatMap { HostFiles.Sum(rawValue: $0) }
    guard let expected = algorithm == nil ? image.checksum : image.hashValueText else { return }
    let found = try HostFiles.sum(of: path, algorithm ?? .md5)
    guard expected.lowercased() != found else { return }
    throw ImageError("Image \(image.id) is corrupt: its sum is \(found), not \(expected)", isTransient: true)
  }

  /// Judges what has arrived, and makes a qcow2 of a disk that guests cannot have an overlay of.
  ///
  /// - Returns: The path of what can be used, which may be another than was given.
  private func usable(_ part: String, _ image: ImageDescription) async throws -> String {
    do {
      let inspection = try await ImageInspection(
        of: try HostFiles.imageSource(part), declared: image.diskFormat)
      switch inspection.format {
      case .qcow2, .raw, .gpt, .iso, .luks: return part
      case .vmdk, .vdi, .vhd, .vhdx:
        let converted = "\(part).qcow2.part"
        try await DiskImage.convertImage(part, inspection, to: converted)
        _ = try await ImageInspection(of: try HostFiles.imageSource(converted), declared: "qcow2")
        try HostFiles.remove(part)
        return converted
      case .qed, .ploop: throw ImageError("Image \(image.id) is unacceptable: no guest boots \(inspection.format).")
      }
    } catch let error as ImageFormatError {
      throw ImageError("Image \(image.id) is unacceptable: \(error)")
    }
  }
}

extension ImageSource {
  fileprivate var isQCOW2: Bool {
    get async throws { try await startsWith([0x51, 0x46, 0x49, 0xFB]) }
  }
}
