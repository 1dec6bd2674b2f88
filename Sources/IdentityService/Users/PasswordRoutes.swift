import Hummingbird
import JSON
import Logging
import Model
import OpenStackHTTP
import Store

extension IdentityService {
  func addPasswords(to router: Router<OpenStackRequestContext>) {
    router.post("/v3/users/:id/password") { request, context in
      let id = context.path("id")
      let body = try await ResourceBody("user", of: request, context)
      guard let original = try body.text("original_password") else {
        throw APIError.badRequest("'original_password' is a required property")
      }
      guard let password = try body.password() else {
        throw APIError.badRequest("'password' is a required property")
      }
      // The password proves who it is, not the token; so guesses count as they do at a log-in.
      try await issuer.prove(user: id, password: original, from: context.clientAddress)
      let hash = try await hasher.hash(password)
      try await write { transaction in
        guard try transaction.user(id) != nil else { throw TokenIssuer.refused }
        try transaction.setPasswordHash(hash, ofUser: id)
        return [TokenSubject(.user, id)]
      }
      context.logger.info("a user has a new password", metadata: ["user.id": "\(id)"])
      return Response.empty(.noContent)
    }
  }
}
