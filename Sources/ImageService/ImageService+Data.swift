import HTTPTypes
import Hummingbird
import Logging
import Model
import OpenStackHTTP
import Store

extension ImageService {
  func addImageData(to router: Router<OpenStackRequestContext>) {
    router.put("/v2/images/:id/file") { request, context in try await upload(request, context) }
    router.get("/v2/images/:id/file") { _, context in
      let image = try await image(context)
      guard image.status == .active, let data = image.data else { return Response.empty(.noContent) }
      return Response(
        status: .ok, headers: [.contentType: "application/octet-stream", .contentMD5: data.checksum],
        body: files.body(of: image.id, size: data.size))
    }
  }

  private func upload(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    guard request.headers[.contentType]?.hasPrefix("application/octet-stream") == true else {
      throw APIError(.unsupportedMediaType, "The data of an image is application/octet-stream.")
    }
    let image = try await changeableImage(context)
    guard image.diskFormat != nil, image.containerFormat != nil else {
      throw APIError.badRequest("Properties disk_format, container_format must be set prior to saving data.")
    }
    guard try await store.write({ try $0.moveImage(image.id, from: .queued, to: .saving) }) else {
      throw APIError.conflict("Image status transition from \(image.status.rawValue) to saving is not allowed")
    }
    do {
      let data = try await files.save(request.body, as: image.id)
      guard try await store.write({ try $0.activateImage(image.id, data: data) }) else {
        // It was deleted while its data came in.
        try await files.remove(image.id)
        throw APIError(.gone, "Image \(image.id) could not be found after upload. It may have been deleted.")
      }
      return Response.empty(.noContent)
    } catch {
      context.logger.warning(
        "an image's data did not arrive whole", metadata: ["image.id": "\(image.id)", "error.reason": "\(error)"])
      _ = try await store.write { try $0.moveImage(image.id, from: .saving, to: .queued) }
      if error is ImageFiles.TooLarge {
        throw APIError(.contentTooLarge, "The image is larger than the service takes.")
      }
      throw error
    }
  }
}

extension HTTPField.Name {
  fileprivate static let contentMD5 = HTTPField.Name("Content-MD5")!
}
