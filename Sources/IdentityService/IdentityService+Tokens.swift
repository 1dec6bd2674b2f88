import HTTPTypes
import Hummingbird
import JSON
import Logging
import Model
import OpenStackHTTP
import Store

extension IdentityService {
  func addTokens(to router: Router<OpenStackRequestContext>) {
    router.post("/v3/auth/tokens") { request, context in
      let issued = try await issuer.logIn(try LogIn(try await context.json(of: request)))
      context.logger.info(
        "a user has logged in",
        metadata: ["user.id": "\(issued.signed.token.userID)", "token.audit_id": "\(issued.signed.token.auditID)"])
      let body = try await body(of: issued.signed, query: QueryString(request.uri.query))
      var response = Response.json(body, status: .created)
      response.headers[OpenStackHeader.subjectToken] = issued.text
      response.headers[.vary] = "X-Auth-Token"
      return response
    }
    router.get("/v3/auth/tokens") { request, context in
      let subject = try subject(of: request, context)
      var response = Response.json(try await body(of: subject.signed, query: QueryString(request.uri.query)))
      response.headers[OpenStackHeader.subjectToken] = subject.text
      response.headers[.vary] = "X-Auth-Token"
      return response
    }
    router.delete("/v3/auth/tokens") { request, context in
      let token = try subject(of: request, context).signed.token
      try await store.write { try $0.revokeToken(auditID: token.auditID, expiresAt: token.expiresAt) }
      validator.revoke(token)
      return Response.empty(.noContent)
    }
  }

  /// The token that a request is about: one's own, or anybody's for an admin or a service.
  private func subject(
    of request: Request, _ context: OpenStackRequestContext
  ) throws -> (text: String, signed: SignedToken) {
    let caller = try context.caller
    guard let text = request.headers[OpenStackHeader.subjectToken] else {
      throw APIError.badRequest("The X-Subject-Token header is missing.")
    }
    let isOwn = request.headers[OpenStackHeader.authToken] == text
    guard isOwn || caller.isAdmin || caller.has(role: RoleName.service) else {
      throw APIError.forbidden("You are not authorized to perform the requested action: identity:validate_token.")
    }
    guard let signed = validator.check(text) else {
      throw APIError.notFound("This is not a recognized token.")
    }
    return (text, signed)
  }

  /// The `token` object. Role ids are looked up, since the token carries names only.
  private func body(of signed: SignedToken, query: QueryString) async throws -> JSONWriter {
    let roles = try await store.read { try $0.roles() }
    var writer = JSONWriter(reservingCapacity: 2048)
    writer.object {
      $0.member("token") { writer in
        writer.object {
          Self.write(signed, roles: roles, to: &$0)
          if signed.token.projectID != nil, query["nocatalog"] == nil {
            $0.member("catalog") { catalog.write(to: &$0) }
          }
        }
      }
    }
    return writer
  }

  private static func write(_ signed: SignedToken, roles: [Role], to writer: inout JSONWriter) {
    let token = signed.token
    writer.member("methods", JSONValue(signed.methods))
    writer.member("user") {
      $0.object {
        $0.member("domain", Self.domain)
        $0.member("id", token.userID)
        $0.member("name", token.userName)
        $0.member("password_expires_at", .null)
      }
    }
    writer.member("audit_ids", [.string(token.auditID)])
    writer.member("expires_at", token.expiresAt.description)
    writer.member("issued_at", token.issuedAt.description)
    guard let projectID = token.projectID, let projectName = token.projectName else { return }
    writer.member("project") {
      $0.object {
        $0.member("domain", Self.domain)
        $0.member("id", projectID)
        $0.member("name", projectName)
      }
    }
    writer.member("is_domain", false)
    writer.member("roles") {
      $0.array(roles.filter { token.has(role: $0.name) }) { list, role in
        list.object {
          $0.member("id", role.id)
          $0.member("name", role.name)
        }
      }
    }
  }

  static let domain: JSONValue = ["id": .string(Domain.defaultID), "name": .string(Domain.defaultName)]
}
