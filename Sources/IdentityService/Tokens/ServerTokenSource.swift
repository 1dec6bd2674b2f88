import Model
import OpenStackHTTP

/// Tokens for what the server itself calls: made in the process, without a password.
package actor ServerTokenSource: TokenSource {
  private let issuer: TokenIssuer
  private let user: String
  private let project: String
  private var held: (text: String, renewAt: ContinuousClock.Instant)?

  /// - Parameters:
  ///   - user: A user that the first start has made.
  ///   - project: Where the user has its roles.
  package init(issuer: TokenIssuer, user: String = ServiceUser.name, project: String = ServiceUser.project) {
    self.issuer = issuer
    self.user = user
    self.project = project
  }

  package func token() async throws -> String {
    if let held, held.renewAt > .now { return held.text }
    let issued = try await issuer.token(forUser: user, project: project)
    let token = issued.signed.token
    held = (issued.text, .now + (token.expiresAt - token.issuedAt) / 2)
    return issued.text
  }

  package func invalidate(_ token: String) {
    if held?.text == token { held = nil }
  }
}

/// The user by which the services and the hosts' programs know each other.
package enum ServiceUser {
  package static let name = "plugboard"
  package static let project = "service"
}
