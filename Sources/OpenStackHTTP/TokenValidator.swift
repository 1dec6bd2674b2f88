import HTTPTypes
package import Model

/// Checks a token that came with a request.
package protocol TokenValidator: Sendable {
  /// What the token stands for; `nil` if it is unknown, expired or revoked.
  ///
  /// - Throws: When the token could not be checked, such as when a Keystone elsewhere does not answer.
  func validate(_ token: String) async throws -> AuthToken?
}

extension APIError {
  /// The answer to a request without a valid token, as keystonemiddleware words it.
  ///
  /// - Parameter identityURL: Where the client gets a token.
  package static func unauthorized(identityURL: String?) -> APIError {
    var headers: HTTPFields = [:]
    if let identityURL { headers[.wwwAuthenticate] = "Keystone uri=\"\(identityURL)\"" }
    return APIError(.unauthorized, "The request you have made requires authentication.", headers: headers)
  }
}
