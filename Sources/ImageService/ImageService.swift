import HTTPTypes
package import Hummingbird
import JSON
package import Logging
import Model
package import OpenStackHTTP
package import Store

/// The Image service: Glance's API v2 as clients use it.
package struct ImageService: Sendable {
  /// The paths that need no token.
  package static let openPaths: Set<String> = ["/", "/versions", "/v2"]

  let store: Store
  let files: ImageFiles
  let options: ImageOptions
  let converter: (any ImageConverter)?
  let logger: Logger
  /// Told when there is something to import.
  let imports = TableWakeUp(table: "image_tasks")

  /// - Parameter converter: What makes disks of `options.conversionFormat`; `nil` if nothing is converted.
  package init(
    store: Store, files: ImageFiles, options: ImageOptions = ImageOptions(), converter: (any ImageConverter)? = nil,
    logger: Logger
  ) {
    (self.store, self.files, self.options, self.converter) = (store, files, options, converter)
    self.logger = logger
  }

  /// Tidies up after a crash: uploads that were cut off can be made again, imports are done again, and files without an
  /// image go away. Call it before requests are served.
  package func recover() async throws {
    let kept = try await store.write { transaction in
      try transaction.recoverImages()
      return try transaction.imagesWithData()
    }
    try await files.removeAll(but: kept)
  }

  /// Adds the service's whole API.
  package func addRoutes(to router: Router<OpenStackRequestContext>) {
    addDiscovery(to: router)
    addImages(to: router)
    addImageData(to: router)
    addImports(to: router)
    addMembers(to: router)
    addActions(to: router)
    addTasks(to: router)
  }

  /// The image a path names, if the caller may know of it.
  func image(_ context: OpenStackRequestContext) async throws -> Image {
    let text = context.parameters.get("id") ?? ""
    let caller = try context.caller
    guard let id = UUID(text) else { throw Self.unknown(text) }
    return try await store.read { try Self.image(id, in: $0, for: caller) }
  }

  /// - Throws: `APIError` 404 as well if the caller must not know of it.
  static func image(_ id: UUID, in snapshot: Snapshot, for caller: AuthToken) throws -> Image {
    guard let image = try snapshot.image(id), image.isVisible(to: caller), Image.isListable(by: caller) else {
      throw unknown("\(id)")
    }
    return image
  }

  /// Changes the image a path names in one transaction, if the caller may.
  ///
  /// - Throws: `APIError` 404 and 403, and what `change` throws.
  func change<Value: Sendable>(
    _ context: OpenStackRequestContext,
    _ change: @Sendable @escaping (inout Image, Transaction) throws -> Value
  ) async throws -> Value {
    let text = context.parameters.get("id") ?? ""
    let caller = try context.caller
    guard let id = UUID(text) else { throw Self.unknown(text) }
    return try await store.write { transaction in
      var image = try Self.image(id, in: transaction, for: caller)
      guard image.isChangeable(by: caller) else {
        throw APIError.forbidden("You are not permitted to modify this image.")
      }
      return try change(&image, transaction)
    }
  }

  static func unknown(_ id: String) -> APIError {
    APIError.notFound("Failed to find image \(id)")
  }
}
