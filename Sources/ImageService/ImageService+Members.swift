import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

/// The projects that a shared image is shared with: the owner adds and removes them, they accept or reject.
extension ImageService {
  func addMembers(to router: Router<OpenStackRequestContext>) {
    router.get("/v2/images/:id/members") { _, context in
      let (image, caller) = (try await sharedImage(context), try context.caller)
      let members = try await store.read { try $0.imageMembers(of: image.id) }
        .filter { Self.sees(caller, $0, of: image) }
      return Response.json {
        $0.object {
          $0.member("members") { $0.array(members) { Self.write($1, to: &$0) } }
          $0.member("schema", "/v2/schemas/members")
        }
      }
    }
    router.post("/v2/images/:id/members") { request, context in try await addMember(request, context) }
    router.get("/v2/images/:id/members/:member") { _, context in
      let image: Image
      do {
        image = try await sharedImage(context)
      } catch let error as APIError where error.status == .forbidden {
        // As upstream has it: an image that is not shared has no members to show.
        throw APIError.notFound(error.message)
      }
      let name = Self.memberName(context)
      let member = try await store.read { try $0.imageMember(name, of: image.id) }
      guard let member, Self.sees(try context.caller, member, of: image) else { throw Self.unknown(name, image) }
      return Response.json { Self.write(member, to: &$0) }
    }
    router.put("/v2/images/:id/members/:member") { request, context in try await setStatus(request, context) }
    router.delete("/v2/images/:id/members/:member") { _, context in
      let (name, caller) = (Self.memberName(context), try context.caller)
      let image = try await sharedImage(context)
      try await store.write { transaction in
        guard image.isChangeable(by: caller) else {
          throw APIError.forbidden("Not allowed to delete members for image \(image.id).")
        }
        guard try transaction.imageMember(name, of: image.id) != nil else { throw Self.unknown(name, image) }
        try transaction.deleteImageMember(name, of: image.id)
      }
      return Response.empty(.noContent)
    }
  }

  private func sharedImage(_ context: OpenStackRequestContext) async throws -> Image {
    let image = try await image(context)
    guard image.visibility == .shared else { throw APIError.forbidden("Only shared images have members.") }
    return image
  }

  /// The owner sees all members, and a member itself.
  private static func sees(_ caller: AuthToken, _ member: ImageMember, of image: Image) -> Bool {
    caller.isAdmin || image.owner == caller.projectID || member.memberID == caller.projectID
  }

  private func addMember(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let body = try await context.json(of: request)
    guard let value = body["member"] else { throw APIError.badRequest("Member to be added not specified") }
    guard let name = value.string, (1...255).contains(name.count) else {
      throw APIError.badRequest("Member can't be empty, and is the id of a project.")
    }
    let caller = try context.caller
    let id = try await sharedImage(context).id
    do {
      let member = try await store.write { transaction in
        guard let image = try transaction.image(id), image.visibility == .shared, image.isChangeable(by: caller) else {
          throw APIError.forbidden("Not allowed to create members for image \(id).")
        }
        guard image.members[name] != nil || image.members.count < options.memberLimit else {
          throw APIError(.contentTooLarge, "Image \(id) has \(options.memberLimit) members, which is the limit.")
        }
        let member = ImageMember(imageID: id, memberID: name, createdAt: transaction.now)
        try transaction.insert(member)
        return member
      }
      return Response.json { Self.write(member, to: &$0) }
    } catch let violation as ConstraintViolation where violation.kind == .unique {
      throw APIError.conflict("Member \(name) is duplicated for image \(id)")
    }
  }

  /// Accepts or rejects; the owner cannot speak for somebody else.
  private func setStatus(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let body = try await context.json(of: request)
    guard let value = body["status"] else { throw APIError.badRequest("Status not specified") }
    guard let status = value.string.flatMap({ ImageMember.Status(rawValue: $0) }) else {
      throw APIError.badRequest("Incorrect request: status is pending, accepted or rejected")
    }
    let (name, caller) = (Self.memberName(context), try context.caller)
    let image = try await sharedImage(context)
    let isMember = caller.has(role: RoleName.member) && caller.projectID == name && image.owner != caller.projectID
    guard caller.isAdmin || isMember || image.owner != caller.projectID else {
      throw APIError.forbidden("Not allowed to update members for image \(image.id).")
    }
    let member = try await store.write { transaction in
      guard let member = try transaction.imageMember(name, of: image.id), Self.sees(caller, member, of: image) else {
        throw Self.unknown(name, image)
      }
      guard caller.isAdmin || isMember else {
        throw APIError.forbidden("Not allowed to update members for image \(image.id).")
      }
      try transaction.setStatus(status, ofImageMember: name, of: image.id)
      return try transaction.imageMember(name, of: image.id) ?? member
    }
    return Response.json { Self.write(member, to: &$0) }
  }

  private static func memberName(_ context: OpenStackRequestContext) -> String {
    QueryString.unescaped(context.parameters.get("member") ?? "")
  }

  private static func unknown(_ member: String, _ image: Image) -> APIError {
    APIError.notFound("\(member) not found in the member list of the image \(image.id).")
  }

  private static func write(_ member: ImageMember, to writer: inout JSONWriter) {
    writer.object {
      $0.member("member_id", member.memberID)
      $0.member("image_id", "\(member.imageID)")
      $0.member("status", member.status.rawValue)
      $0.member("created_at", member.createdAt.iso8601Seconds)
      $0.member("updated_at", member.updatedAt.iso8601Seconds)
      $0.member("schema", "/v2/schemas/member")
    }
  }
}
