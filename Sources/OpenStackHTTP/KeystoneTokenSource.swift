package import AsyncHTTPClient
import JSON
package import Logging
import Model

/// Gets tokens from Keystone with a password, as every service user does (`[neutron]` of `nova.conf`), and keeps one
/// until shortly before it expires, with the catalog that came with it.
package actor KeystoneTokenSource: TokenSource {
  package struct Credentials: Hashable, Sendable {
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

  private struct Held: Sendable {
    let text: String
    let catalog: KeystoneCatalog
    let renewAt: ContinuousClock.Instant
  }

  private let client: ServiceClient
  private let credentials: Credentials
  private let retryAfter: Duration
  private var held: Held?
  /// Why the last log-in failed, and until when nobody tries again: a Keystone that is down, or that locks users out, is
  /// not asked once for each request of ours.
  private var failure: (error: any Error, until: ContinuousClock.Instant)?
  private var isLoggingIn = false
  /// Callers that come while a log-in is under way share its outcome, instead of each logging in.
  private var waiting: [CheckedContinuation<Result<Held, any Error>, Never>] = []

  /// - Parameters:
  ///   - authURL: Keystone's URL, with or without `/v3`.
  ///   - retryAfter: How long a failed log-in is not tried again.
  package init(
    authURL: String, credentials: Credentials, httpClient: HTTPClient, retryAfter: Duration = .seconds(1),
    logger: Logger
  ) {
    client = ServiceClient(
      endpoint: Self.versioned(authURL), tokens: nil, httpClient: httpClient, bodyLimit: 4 << 20, logger: logger)
    self.credentials = credentials
    self.retryAfter = retryAfter
  }

  static func versioned(_ url: String) -> String {
    let trimmed = url.hasSuffix("/") ? String(url.dropLast()) : url
    return trimmed.hasSuffix("/v3") ? trimmed : trimmed + "/v3"
  }

  /// - Throws: ``KeystoneFailure`` if Keystone refuses, and what the HTTP client throws if it does not answer.
  package func token() async throws -> String { try await current().text }

  /// What the installation's catalog says; it is as old as the token.
  ///
  /// - Throws: as ``token()``.
  package func catalog() async throws -> KeystoneCatalog { try await current().catalog }

  package func invalidate(_ token: String) {
    if held?.text == token { held = nil }
  }

  private func current() async throws -> Held {
    while true {
      if let held, held.renewAt > .now { return held }
      if let failure, failure.until > .now { throw failure.error }
      guard isLoggingIn else { return try await renew() }
      // The log-in has a deadline of its own, so this wait has one.
      let outcome = await withCheckedContinuation { waiting.append($0) }
      // When the task that logged in was cancelled, somebody else has to.
      if case .failure(let error) = outcome, error is CancellationError, !Task.isCancelled { continue }
      return try outcome.get()
    }
  }

  private func renew() async throws -> Held {
    isLoggingIn = true
    let outcome: Result<Held, any Error>
    do {
      outcome = .success(try await logIn())
    } catch {
      outcome = .failure(Task.isCancelled ? CancellationError() : error)
    }
    isLoggingIn = false
    switch outcome {
    case .success(let fresh): (held, failure) = (fresh, nil)
    case .failure(is CancellationError): break
    case .failure(let error): failure = (error, .now + retryAfter)
    }
    for continuation in waiting { continuation.resume(returning: outcome) }
    waiting = []
    return try outcome.get()
  }

  private func logIn() async throws -> Held {
    let answer = try await client.call(.post, "/auth/tokens", body: credentials.body, deadline: .seconds(15))
    guard answer.status == 201, let text = answer.subjectToken, let token = answer.body?["token"],
      let expires = token["expires_at"]?.string.flatMap({ Timestamp($0) }),
      let issued = token["issued_at"]?.string.flatMap({ Timestamp($0) })
    else { throw KeystoneFailure(status: answer.status, user: credentials.username) }
    // Counted from now by the lifetime, so that a clock that differs from Keystone's does no harm.
    let lifetime = expires - issued
    return Held(
      text: text, catalog: KeystoneCatalog(token["catalog"]),
      renewAt: .now + max(lifetime - .seconds(120), lifetime / 2))
  }
}

/// Keystone gave no token.
package struct KeystoneFailure: Error, CustomStringConvertible {
  package let status: Int
  let user: String

  package var description: String { "Keystone answered \(status) to the log-in of user \(user)" }
}

extension KeystoneTokenSource.Credentials: CustomStringConvertible {
  /// Without the password, wherever it may be written.
  package var description: String { "user \(username) in project \(projectName)" }

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
