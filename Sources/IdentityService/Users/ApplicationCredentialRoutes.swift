import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension IdentityService {
  private static let path: RouterPath = "/v3/users/:id/application_credentials"
  /// How many a user may have: each costs a row, and nobody needs more.
  private static let credentialLimit = 1000

  func addApplicationCredentials(to router: Router<OpenStackRequestContext>) {
    router.get(Self.path) { request, context in
      let userID = context.path("id")
      try Self.requireReader(context, "identity:list_application_credentials", orUser: userID)
      let name = QueryString(request.uri.query)["name"]
      let credentials = try await store.read { try $0.applicationCredentials(ofUser: userID, named: name) }
      return Self.list(
        "application_credentials", credentials.map { Self.resource($0, context) },
        path: "users/\(userID)/application_credentials", request, context)
    }
    router.get("\(Self.path)/:credential_id") { _, context in
      let userID = context.path("id")
      try Self.requireReader(context, "identity:get_application_credential", orUser: userID)
      let credential = try await credential(context)
      return Self.one("application_credential", Self.resource(credential, context))
    }
    router.post(Self.path) { request, context in try await createCredential(request, context) }
    router.delete("\(Self.path)/:credential_id") { _, context in
      let caller = try context.caller
      guard caller.isAdmin || caller.userID == context.path("id") else {
        throw APIError.notAuthorized("identity:delete_application_credential")
      }
      try Self.refuseRestricted(caller)
      let id = try await credential(context).id
      try await write { transaction in
        try transaction.deleteApplicationCredential(id)
        return [TokenSubject(.credential, id)]
      }
      return Response.empty(.noContent)
    }
  }

  /// The credential of the path, if it is that user's.
  private func credential(_ context: OpenStackRequestContext) async throws -> ApplicationCredential {
    let id = context.path("credential_id")
    let found = try await store.read { try $0.applicationCredential(id) }
    guard let found, found.userID == context.path("id") else { throw APIError.unknown("Application Credential", id) }
    return found
  }

  /// - Throws: `APIError` 403 for a token that was got with an application credential and may not spread.
  private static func refuseRestricted(_ caller: AuthToken) throws {
    guard caller.credential?.isRestricted != true else {
      throw APIError.notAuthorized(
        "Using method 'application_credential' is not allowed for managing additional application credentials.")
    }
  }

  private func createCredential(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = try context.caller
    guard caller.userID == context.path("id") else {
      throw APIError.notAuthorized("identity:create_application_credential")
    }
    try Self.refuseRestricted(caller)
    guard let projectID = caller.projectID else {
      throw APIError.badRequest(
        "Invalid application credential: it belongs to a project, and the token is not scoped to one")
    }
    let body = try await ResourceBody("application_credential", of: request, context)
    try body.refuse("access_rules")
    let roles = try await roles(of: body, for: caller)
    let credential = ApplicationCredential(
      userID: caller.userID, projectID: projectID, name: try body.requiredName(255),
      description: try body.nullableText("description") ?? nil,
      expiresAt: try Self.expiry(try body.nullableText("expires_at") ?? nil, after: issuer.clock()),
      isUnrestricted: try body.boolean("unrestricted") ?? false, roles: roles)
    let secret = try body.password("secret") ?? SecretFile.randomSecret() + SecretFile.randomSecret()
    let hash = try await hasher.hash(secret)
    do {
      try await store.write { transaction in
        guard try transaction.applicationCredentialCount(ofUser: credential.userID) < Self.credentialLimit else {
          throw APIError.forbidden(
            "Unable to create additional application credentials, maximum of \(Self.credentialLimit) already exceeded "
              + "for user.")
        }
        try transaction.insert(credential, secretHash: hash)
      }
    } catch let violation as ConstraintViolation {
      throw violation.apiError(
        conflict: .storeConflict(
          "application_credential", "Duplicate entry found with name \(credential.name)"),
        missing: .badRequest("Invalid application credential: a role, the user or the project has been deleted"))
    }
    var resource = Self.resource(credential, context).object ?? JSONObject()
    // This once, and never again: only its hash is kept.
    resource["secret"] = .string(secret)
    return Self.one("application_credential", .object(resource), status: .created)
  }

  /// The roles that the client names, with those that they imply; all of the token's if it names none.
  ///
  /// - Throws: `APIError` 400 for a role that the token does not have: nobody gives away more than he holds.
  private func roles(of body: ResourceBody, for caller: AuthToken) async throws -> [Role] {
    let wanted = try (body.object["roles"]?.array ?? []).map { json in
      guard let text = json["id"]?.string ?? json["name"]?.string else {
        throw APIError.invalid("roles", "a role has an 'id' or a 'name'")
      }
      return (text: text, isID: json["id"] != nil)
    }
    guard wanted.count <= 100 else { throw APIError.invalid("roles", "there are more than 100") }
    let roles = try await store.read { snapshot -> [Role] in
      guard !wanted.isEmpty else { return caller.roles.isEmpty ? [] : try snapshot.roles(named: caller.roles) }
      let ids = try wanted.map { wanted in
        guard let role = try wanted.isID ? snapshot.role(wanted.text) : snapshot.role(named: wanted.text) else {
          throw APIError.badRequest("Invalid application credential: Could not find role: \(wanted.text).")
        }
        return role.id
      }
      return try snapshot.rolesWithImplied(ids)
    }
    guard roles.allSatisfy({ caller.has(role: $0.name) }) else {
      throw APIError.badRequest(
        "Invalid application credential: Cannot create an application credential with unassigned role")
    }
    return roles
  }

  /// - Throws: `APIError` 400 for what is no time, or a time that is over.
  private static func expiry(_ text: String?, after now: Timestamp) throws -> Timestamp? {
    guard let text else { return nil }
    guard let time = Timestamp(text) else {
      throw APIError.badRequest(
        "Timestamp not in expected format. The server could not comply with the request since it is either malformed or "
          + "otherwise incorrect. The client is assumed to be in error.")
    }
    guard time > now else {
      throw APIError.badRequest(
        "The 'expires_at' must not be before now. The server could not comply with the request since it is either "
          + "malformed or otherwise incorrect. The client is assumed to be in error.")
    }
    return time
  }

  private static func resource(_ credential: ApplicationCredential, _ context: OpenStackRequestContext) -> JSONValue {
    [
      "id": .string(credential.id), "name": .string(credential.name), "description": JSONValue(credential.description),
      "project_id": .string(credential.projectID), "user_id": .string(credential.userID), "system": .null,
      "expires_at": JSONValue(credential.expiresAt?.iso8601WithoutZone),
      "unrestricted": .bool(credential.isUnrestricted),
      "roles": .array(credential.roles.map { reference($0) }),
      "links": selfLink("users/\(credential.userID)/application_credentials/\(credential.id)", context),
    ]
  }
}
