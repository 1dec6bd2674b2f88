import HTTPTypes
package import Hummingbird
import JSON
import Model
package import OpenStackHTTP
package import Store

/// The Image service: Glance's API v2, as much of it as uploading images and starting guests from them takes.
package struct ImageService: Sendable {
  /// The paths that need no token.
  package static let openPaths: Set<String> = ["/", "/versions", "/v2"]

  let store: Store
  let files: ImageFiles

  package init(store: Store, files: ImageFiles) {
    self.store = store
    self.files = files
  }

  /// Tidies up after a crash: uploads that were cut off can be made again, and files without an image go away. Call it
  /// before requests are served.
  package func recover() async throws {
    let kept = try await store.write { transaction in
      try transaction.requeueInterruptedImages()
      return Set(try transaction.images().filter { $0.status == .active }.map(\.id))
    }
    try await files.removeAll(but: kept)
  }

  /// Adds the service's whole API.
  package func addRoutes(to router: Router<OpenStackRequestContext>) {
    addDiscovery(to: router)
    addImages(to: router)
    addImageData(to: router)
  }

  /// The image a path names, if the caller may know of it.
  func image(_ context: OpenStackRequestContext) async throws -> Image {
    let text = context.parameters.get("id") ?? ""
    let caller = try context.caller
    guard let id = UUID(text), let image = try await store.read({ try $0.image(id) }), image.isVisible(to: caller)
    else {
      throw Self.unknown(text)
    }
    return image
  }

  /// The image a path names, if the caller may change it.
  func changeableImage(_ context: OpenStackRequestContext) async throws -> Image {
    let image = try await image(context)
    guard image.isChangeable(by: try context.caller) else {
      throw APIError.forbidden("You are not permitted to modify this image.")
    }
    return image
  }

  static func unknown(_ id: String) -> APIError {
    APIError.notFound("Failed to find image \(id)")
  }
}
