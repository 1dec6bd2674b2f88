import HTTPTypes
import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension ImageService {
  func addImages(to router: Router<OpenStackRequestContext>) {
    router.get("/v2/images") { request, context in try await list(request, context) }
    router.post("/v2/images") { request, context in try await create(request, context) }
    router.get("/v2/images/:id") { _, context in
      Self.response(try await image(context))
    }
    router.patch("/v2/images/:id") { request, context in try await patch(request, context) }
    router.delete("/v2/images/:id") { _, context in
      let image = try await changeableImage(context)
      try await store.write { transaction in
        // Read again: somebody may have protected it meanwhile.
        guard let current = try transaction.image(image.id) else { throw Self.unknown("\(image.id)") }
        guard !current.isProtected else {
          throw APIError.forbidden("Image \(image.id) is protected and cannot be deleted.")
        }
        try transaction.deleteImage(image.id)
      }
      try await files.remove(image.id)
      return Response.empty(.noContent)
    }
  }

  static func response(_ image: Image, status: HTTPResponse.Status = .ok) -> Response {
    Response.json(status: status) { ImageDocument.write(image, to: &$0) }
  }

  private func list(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = try context.caller
    let query = try ImageListQuery(QueryString(request.uri.query))
    let page = try query.page(of: try await store.read { try $0.images() }, for: caller)
    return Response.json(capacity: 512 + 1024 * page.images.count) {
      $0.object {
        $0.member("images") { $0.array(page.images) { ImageDocument.write($1, to: &$0) } }
        $0.member("schema", "/v2/schemas/images")
        $0.member("first", query.firstLink)
        if let next = page.nextLink { $0.member("next", next) }
      }
    }
  }

  private func create(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = try context.caller
    guard let owner = caller.projectID, caller.isAdmin || caller.has(role: RoleName.member) else {
      throw APIError.forbidden("You are not authorized to complete add_image action.")
    }
    guard let body = try await context.json(of: request).object else {
      throw APIError.badRequest("The body is not an object.")
    }
    let id = try Self.wantedID(body)
    do {
      let image = try await store.write { transaction in
        var image = Image(id: id, owner: owner, createdAt: transaction.now)
        for member in body.members where member.name != "id" {
          try ImageDocument.set(member.name, to: member.value, of: &image, by: caller)
        }
        try transaction.insert(image)
        return image
      }
      var response = Self.response(image, status: .created)
      response.headers[.location] = "\(context.baseURL)/v2/images/\(id)"
      return response
    } catch let violation as ConstraintViolation where violation.kind == .unique {
      throw APIError.conflict("Image ID \(id) already exists!")
    }
  }

  /// A client may choose the id.
  private static func wantedID(_ body: JSONObject) throws -> UUID {
    guard let value = body["id"] else { return UUID() }
    guard let id = value.string.flatMap({ UUID($0) }) else {
      throw APIError.badRequest("Provided object does not match schema 'image': \(value) is not a UUID.")
    }
    return id
  }

  private func patch(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let type = request.headers[.contentType] ?? ""
    guard type.hasPrefix("application/openstack-images-v2") || type.hasPrefix("application/json-patch") else {
      throw APIError(.unsupportedMediaType, "A change of an image is application/openstack-images-v2.1-json-patch.")
    }
    let caller = try context.caller
    let changes = try ImagePatch(try await context.json(of: request))
    let id = try await changeableImage(context).id
    let changed = try await store.write { transaction in
      guard var image = try transaction.image(id) else { throw Self.unknown("\(id)") }
      try changes.apply(to: &image, by: caller)
      image.updatedAt = transaction.now
      try transaction.update(image)
      return image
    }
    return Self.response(changed)
  }
}
