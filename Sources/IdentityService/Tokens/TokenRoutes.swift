import HTTPTypes
import Hummingbird
import JSON
import Logging
import Model
import OpenStackHTTP
import Store

extension IdentityService {
  func addTokens(to router: Router<OpenStackRequestContext>) {
    router.post("/v3/auth/tokens") { request, context in try await logIn(request, context) }
    router.get("/v3/auth/tokens") { request, context in
      let subject = try subject(of: request, context, rule: "identity:validate_token")
      return try await answer(subject.signed, subject.text, request, status: .ok)
    }
    router.delete("/v3/auth/tokens") { request, context in
      let token = try subject(of: request, context, rule: "identity:revoke_token").signed.token
      try await store.write { try $0.revokeToken(auditID: token.auditID, expiresAt: token.expiresAt) }
      validator.revoke(token)
      return Response.empty(.noContent)
    }
  }

  private func logIn(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let logIn = try LogIn(try await context.json(of: request, limit: LogIn.bodyLimit))
    let issued: TokenIssuer.Issued
    do {
      issued = try await issuer.logIn(logIn, from: context.clientAddress)
    } catch let error as APIError where error.status == .unauthorized {
      // Without a name: people type their password there.
      context.logger.info("a log-in was refused", metadata: ["client.address": "\(context.clientAddress)"])
      throw error
    }
    context.logger.info(
      "a user has logged in",
      metadata: ["user.id": "\(issued.signed.token.userID)", "token.audit_id": "\(issued.signed.token.auditID)"])
    return try await answer(issued.signed, issued.text, request, status: .created)
  }

  private func answer(
    _ signed: SignedToken, _ text: String, _ request: Request, status: HTTPResponse.Status
  ) async throws -> Response {
    let wantsCatalog = QueryString(request.uri.query)["nocatalog"] == nil
    let document = try await TokenDocument(signed, catalog: wantsCatalog ? catalog : nil, in: store)
    var response = Response.json(document.body, status: status)
    response.headers[OpenStackHeader.subjectToken] = text
    response.headers[.vary] = "X-Auth-Token"
    return response
  }

  /// The token that a request is about: one of the caller's, or anybody's for an administrator; to look at, also for a
  /// reader of the system and for another service (`keystone/common/policies/token.py`).
  private func subject(
    of request: Request, _ context: OpenStackRequestContext, rule: String
  ) throws -> (text: String, signed: SignedToken) {
    let caller = try context.caller
    guard let text = request.headers[OpenStackHeader.subjectToken] else {
      throw APIError.notFound("No token in the request")
    }
    let signed = validator.check(text)
    let isOwn = signed?.token.userID == caller.userID
    let mayLook = request.method != .delete && (caller.mayReadEverything || caller.has(role: RoleName.service))
    guard isOwn || caller.isAdmin || mayLook else { throw APIError.notAuthorized(rule) }
    guard let signed else { throw APIError.notFound("Failed to validate token") }
    return (text, signed)
  }
}
