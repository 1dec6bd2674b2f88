import HTTPTypes
import Hummingbird
import Logging
import Model
import OpenStackHTTP
import Store

extension ImageService {
  func addImageData(to router: Router<OpenStackRequestContext>) {
    router.put("/v2/images/:id/file") { request, context in
      let image = try await receive(request, context, .saving)
      return try await keep(image.id, .saving, context.logger) {
        try await activate(image, try await save(request, image))
        return Response.empty(.noContent)
      }
    }
    router.put("/v2/images/:id/stage") { request, context in
      guard options.importMethods.contains("glance-direct") else {
        throw APIError.notFound("The import method 'glance-direct' is not available here.")
      }
      let image = try await receive(request, context, .uploading)
      return try await keep(image.id, .uploading, context.logger) {
        let data = try await save(request, image)
        try files.move(image.id, .draft, to: .staged)
        guard try await store.write({ try $0.stageImage(image.id, size: data.size) }) else { throw Self.gone(image.id) }
        return Response.empty(.noContent)
      }
    }
    router.get("/v2/images/:id/file") { request, context in try await download(request, context) }
  }

  private func download(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let image = try await image(context)
    guard image.isReadable(by: try context.caller) else {
      throw APIError.forbidden("The data of image \(image.id) is not for you, or the image has been deactivated.")
    }
    guard let data = image.data else { return Response.empty(.noContent) }
    var headers: HTTPFields = [.contentType: "application/octet-stream", .contentMD5: data.checksum]
    guard let range = try ByteRange.parse(request.headers[.range], size: data.size) else {
      return Response(status: .ok, headers: headers, body: files.body(of: image.id, 0..<data.size))
    }
    headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(data.size)"
    return Response(status: .partialContent, headers: headers, body: files.body(of: image.id, range))
  }

  /// Gets an image ready for its data, which is not looked at before everything else is right.
  private func receive(
    _ request: Request, _ context: OpenStackRequestContext, _ status: ImageStatus
  ) async throws -> Image {
    guard request.headers[.contentType].map(Self.isOctets) == true else {
      throw APIError(.unsupportedMediaType, "The data of an image is application/octet-stream.")
    }
    let announced = try Self.length(request)
    return try await change(context) { image, transaction in
      guard image.status.successors.contains(status) else {
        throw APIError.conflict("An image that is \(image.status.rawValue) does not become \(status.rawValue).")
      }
      let missing = [("disk_format", image.diskFormat), ("container_format", image.containerFormat)]
        .filter { $0.1 == nil }.map(\.0)
      guard status == .uploading || missing.isEmpty else {
        throw APIError.badRequest("Set \(missing.joined(separator: " and ")) before the data.")
      }
      _ = try transaction.moveImage(image.id, from: image.status, to: status)
      _ = try options.room(for: image, announced: announced, transaction)
      return image
    }
  }

  private static func isOctets(_ type: String) -> Bool {
    type.prefix { $0 != ";" }.lowercased().filter { $0 != " " } == "application/octet-stream"
  }

  /// What the client says of the length of the data, if it does.
  private static func length(_ request: Request) throws -> Int? {
    guard let text = request.headers[.imageSize] ?? request.headers[.contentLength] else { return nil }
    guard let length = Int(text), length >= 0 else { throw APIError.badRequest("'\(text)' is no size of an image.") }
    return length
  }

  private func save(_ request: Request, _ image: Image) async throws -> ImageData {
    let room = try await store.read { try options.room(for: image, announced: nil, $0) }
    do {
      return try await files.save(request.body, as: image.id, limit: room)
    } catch is ImageFiles.TooLarge {
      throw ImageOptions.tooLarge
    }
  }

  /// Judges the draft and makes it the image's data.
  private func activate(_ image: Image, _ data: ImageData) async throws {
    var data = data
    data.virtualSize = try await judged(image, .draft)?.virtualSize.flatMap { Int(exactly: $0) }
    let known = data
    try files.move(image.id, .draft, to: .data)
    let isThere = try await store.write { transaction in
      try options.checkStorage(image, known.size, transaction)
      return try transaction.activateImage(image.id, data: known)
    }
    guard isThere else { throw Self.gone(image.id) }
  }

  /// What a file of an image's is; `nil` for archives, which nothing here opens.
  ///
  /// - Throws: `APIError` 415 as upstream does for data that is not what the image says, or not safe.
  func judged(_ image: Image, _ kind: ImageFiles.Kind) async throws -> ImageInspection? {
    guard !["ova", "ovf", "docker", "compressed"].contains(image.containerFormat) else { return nil }
    do {
      return try await files.inspect(image.id, kind, declared: image.diskFormat)
    } catch let error as ImageFormatError {
      throw APIError(.unsupportedMediaType, error.description)
    }
  }

  /// Takes an image back to where it was without data if `body` fails.
  private func keep<Value: Sendable>(
    _ id: UUID, _ status: ImageStatus, _ logger: Logger, _ body: () async throws -> Value
  ) async throws -> Value {
    do {
      return try await body()
    } catch {
      logger.warning(
        "an image's data was not taken", metadata: ["image.id": "\(id)", "error.reason": "\(error)"])
      try await giveUp(id, status)
      throw error
    }
  }

  /// The files go first: once the image is queued, the next upload may have begun.
  func giveUp(_ id: UUID, _ status: ImageStatus) async throws {
    try await files.remove(id, .draft, .staged, .data)
    _ = try await store.write { try $0.moveImage(id, from: status, to: .queued) }
  }

  /// It was deleted while its data came in.
  static func gone(_ id: UUID) -> APIError {
    APIError(.gone, "Image \(id) could not be found after upload. It may have been deleted.")
  }
}

extension HTTPField.Name {
  fileprivate static let contentMD5 = HTTPField.Name("Content-MD5")!
  fileprivate static let imageSize = HTTPField.Name("X-Openstack-Image-Size")!
}
