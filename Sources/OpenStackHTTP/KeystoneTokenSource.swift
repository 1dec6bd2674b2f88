package import AsyncHTTPClient
import JSON
package import Logging
import Model

/// Gets tokens from Keystone with a password, as every service user does (`[neutron]` of `nova.conf`), and keeps one
/// until shortly before it expires.
package actor KeystoneTokenSource: TokenSource {
  package struct Credentials: Sendable {
    package var username: String
    package var password: String
    package var projectName: String
    package var userDomainName: String
    package var projectDomainName: String

    package init(
      username: String, password: String, projectName: String, userDomainName: String = "Default",
      projectDomainName: String = "Default"
    ) {
      self.username = username
      self.password = password
      self.projectName = projectName
      self.userDomainName = userDomainName
      self.projectDomainName = projectDomainName
    }
  }

  private struct Held {
    let text: String
    let renewAt: ContinuousClock.Instant
  }

  private let client: ServiceClient
  private let credentials: Credentials
  private var held: Held?
  /// Callers that come while a log-in is under way wait for its outcome, instead of each logging in.
  private var isLoggingIn = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// - Parameter authURL: Keystone's URL, with or without `/v3`.
  package init(authURL: String, credentials: Credentials, httpClient: HTTPClient, logger: Logger) {
    client = ServiceClient(
      endpoint: Self.versioned(authURL), tokens: nil, httpClient: httpClient, bodyLimit: 1 << 20, logger: logger)
    self.credentials = credentials
  }

  static func versioned(_ url: String) -> String {
    let trimmed = url.hasSuffix("/") ? String(url.dropLast()) : url
    return trimmed.hasSuffix("/v3") ? trimmed : trimmed + "/v3"
  }

  /// - Throws: ``KeystoneFailure`` if Keystone refuses, and what the HTTP client throws if it does not answer.
  package func token() async throws -> String {
    while true {
      if let held, held.renewAt > .now { return held.text }
      if !isLoggingIn { break }
      // The log-in has a deadline of its own, so this wait has one.
      await withCheckedContinuation { waiting.append($0) }
    }
    isLoggingIn = true
    defer {
      isLoggingIn = false
      for continuation in waiting { continuation.resume() }
      waiting = []
    }
    let fresh = try await logIn()
    held = fresh
    return fresh.text
  }

  package func invalidate(_ token: String) {
    if held?.text == token { held = nil }
  }

  private func logIn() async throws -> Held {
    let answer = try await client.call(.post, "/auth/tokens", body: credentials.body, deadline: .seconds(15))
    guard answer.status == 201, let text = answer.subjectToken,
      let expires = answer.body?["token"]?["expires_at"]?.string.flatMap({ Timestamp($0) }),
      let issued = answer.body?["token"]?["issued_at"]?.string.flatMap({ Timestamp($0) })
    else { throw KeystoneFailure(status: answer.status, user: credentials.username) }
    // Counted from now by the lifetime, so that a clock that differs from Keystone's does no harm.
    let lifetime = expires - issued
    return Held(text: text, renewAt: .now + max(lifetime - .seconds(120), lifetime / 2))
  }
}

/// Keystone gave no token.
package struct KeystoneFailure: Error, CustomStringConvertible {
  package let status: Int
  let user: String

  package var description: String { "Keystone answered \(status) to the log-in of user \(user)" }
}

extension KeystoneTokenSource.Credentials {
  fileprivate var body: JSONValue {
    [
      "auth": [
        "identity": [
          "methods": ["password"],
          "password": [
            "user": [
              "name": .string(username), "password": .string(password), "domain": ["name": .string(userDomainName)],
            ]
          ],
        ],
        "scope": ["project": ["name": .string(projectName), "domain": ["name": .string(projectDomainName)]]],
      ]
    ]
  }
}
