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
      let id = try await change(context) { image, transaction in
        guard !image.isProtected else {
          throw APIError.forbidden("Image \(image.id) is protected and cannot be deleted.")
        }
        try transaction.deleteImage(image.id)
        return image.id
      }
      try await files.remove(id, .data, .staged)
      return Response.empty(.noContent)
    }
  }

  static func response(_ image: Image, status: HTTPResponse.Status = .ok) -> Response {
    Response.json(status: status) { ImageDocument.write(image, to: &$0) }
  }

  private func list(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = try context.caller
    guard Image.isListable(by: caller) else {
      throw APIError.forbidden("You are not authorized to complete get_images action.")
    }
    let query = try ImageListQuery(QueryString(request.uri.query))
    // A token without a project has the rights of no project.
    let project = caller.isAdmin ? nil : caller.projectID ?? ""
    let page = try query.page(of: try await store.read { try $0.images(visibleTo: project) }, for: caller)
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
        try ImageDocument.checkLimits(of: image, options)
        try options.checkCount(ofProject: image.owner, transaction)
        try transaction.insert(image)
        return image
      }
      var response = Self.response(image, status: .created)
      response.headers[.location] = "\(context.baseURL)/v2/images/\(id)"
      response.headers[.importMethods] = options.importMethods.joined(separator: ",")
      return response
    } catch let violation as ConstraintViolation where violation.kind == .unique {
      throw APIError.conflict("Image ID \(id) already exists!")
    }
  }

  /// A client may choose the id.
  private static func wantedID(_ body: JSONObject) throws -> UUID {
    guard let value = body["id"] else { return UUID() }
    guard let id = value.string.flatMap({ UUID($0) }) else { throw ImageValue.invalid("id", "it is not a UUID") }
    return id
  }

  private func patch(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    guard let draft = ImagePatch.Draft(contentType: request.headers[.contentType]) else {
      throw APIError(
        .unsupportedMediaType, "Image PATCH expects Content-Type one of: \(ImagePatch.Draft.mediaTypes)",
        headers: [.acceptPatch: ImagePatch.Draft.mediaTypes])
    }
    let caller = try context.caller
    let changes = try ImagePatch(try await context.json(of: request), draft)
    let changed = try await change(context) { image, transaction in
      try changes.apply(to: &image, by: caller)
      try ImageDocument.checkLimits(of: image, options)
      image.updatedAt = transaction.now
      try transaction.update(image)
      return image
    }
    return Self.response(changed)
  }
}

extension HTTPField.Name {
  fileprivate static let acceptPatch = HTTPField.Name("Accept-Patch")!
  fileprivate static let importMethods = HTTPField.Name("OpenStack-image-import-methods")!
}
