internal import Libvirt
package import Logging
package import Model

/// The images of this host, each downloaded once and verified. An image's data never changes, so what is there is
/// right.
package actor ImageCache {
  private let images: any ImageAPI
  private let folder: String
  private let logger: Logger
  /// Those who want an image that is being downloaded wait for the outcome.
  private var waiting: [UUID: [CheckedContinuation<Void, Never>]] = [:]

  package init(images: any ImageAPI, folder: String, logger: Logger) {
    (self.images, self.folder, self.logger) = (images, folder, logger)
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

  /// The path of an image's data on this host, downloaded first if need be.
  package func file(of id: UUID) async throws -> String {
    let path = "\(folder)/\(id)"
    while !HostFiles.exists(path) {
      if waiting[id] != nil {
        // A download ends: its client has time-outs.
        await withCheckedContinuation { waiting[id]?.append($0) }
        try Task.checkCancellation()
        continue
      }
      waiting[id] = []
      defer {
        for continuation in waiting.removeValue(forKey: id) ?? [] { continuation.resume() }
      }
      try await download(id, to: path)
    }
    return path
  }

  private func download(_ id: UUID, to path: String) async throws {
    let image = try await images.image(id)
    guard image.status == "active" else { throw ImageError("Image \(id) is not active.") }
    let part = "\(path)-\(UUID()).part"
    do {
      try await images.download(id, to: part)
      try await BlockingThreads.shared.run { try Self.verify(part, image) }
      try HostFiles.move(part, to: path)
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
}
