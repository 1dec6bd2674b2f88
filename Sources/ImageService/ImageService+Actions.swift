import Hummingbird
import Model
import OpenStackHTTP
import Store

extension ImageService {
  func addActions(to router: Router<OpenStackRequestContext>) {
    router.post("/v2/images/:id/actions/deactivate") { _, context in
      try await move(context, from: .active, to: .deactivated, "deactivate")
    }
    router.post("/v2/images/:id/actions/reactivate") { _, context in
      try await move(context, from: .deactivated, to: .active, "reactivate")
    }
    router.put("/v2/images/:id/tags/:tag") { _, context in
      let tag = Self.tag(context)
      guard (1...255).contains(tag.count) else { throw APIError.badRequest("A tag has 1 to 255 characters.") }
      try await change(context) { image, transaction in
        image.tags.insert(tag)
        try ImageDocument.checkLimits(of: image, options)
        try transaction.update(image)
      }
      return Response.empty(.noContent)
    }
    router.delete("/v2/images/:id/tags/:tag") { _, context in
      let tag = Self.tag(context)
      try await change(context) { image, transaction in
        guard image.tags.remove(tag) != nil else { throw APIError.notFound("Image \(image.id) has no such tag.") }
        try transaction.update(image)
      }
      return Response.empty(.noContent)
    }
  }

  /// An image that is where it is to go already stays there.
  private func move(
    _ context: OpenStackRequestContext, from old: ImageStatus, to new: ImageStatus, _ action: String
  ) async throws -> Response {
    try await change(context) { image, transaction in
      guard [old, new].contains(image.status) else {
        throw APIError.forbidden("Not allowed to \(action) image in status '\(image.status.rawValue)'")
      }
      if image.status == old { _ = try transaction.moveImage(image.id, from: old, to: new) }
    }
    return Response.empty(.noContent)
  }

  private static func tag(_ context: OpenStackRequestContext) -> String {
    QueryString.unescaped(context.parameters.get("tag") ?? "")
  }
}
