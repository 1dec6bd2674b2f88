package import AsyncHTTPClient
import HTTPTypes
import JSON
package import Logging
package import Model
import NIOConcurrencyHelpers

/// Checks tokens with a Keystone elsewhere, for a service that stands alone; what it said is kept for a while.
///
/// Requests that come with the same token at once ask one question together. A token that was revoked may pass until
/// what was said of it is forgotten, and no longer; one that has expired does not pass at all.
package final class KeystoneTokenValidator: TokenValidator {
  private let client: ServiceClient
  private let answers: NIOLockedValueBox<TokenAnswers>
  private let clock: @Sendable () -> Timestamp
  private let logger: Logger

  /// The longest token that is asked about, in bytes: longer than any that Keystone makes today.
  private static let longestToken = 4096

  /// - Parameters:
  ///   - authURL: Keystone's URL, with or without `/v3`.
  ///   - tokens: The service's own token, with which it asks about others'.
  ///   - cacheTime: How long an answer is believed, keystonemiddleware's `token_cache_time`; with zero none is.
  ///   - clock: The time that expiry is judged by.
  package init(
    authURL: String, tokens: any TokenSource, httpClient: HTTPClient, cacheTime: Duration = .seconds(300),
    clock: @escaping @Sendable () -> Timestamp, logger: Logger
  ) {
    client = ServiceClient(
      endpoint: KeystoneTokenSource.versioned(authURL), tokens: tokens, httpClient: httpClient, bodyLimit: 1 << 20,
      logger: logger)
    answers = NIOLockedValueBox(TokenAnswers(cacheTime: cacheTime))
    self.clock = clock
    self.logger = logger
  }

  /// - Throws: `APIError` 503 if Keystone does not answer, or answers our own question with a refusal.
  package func validate(_ text: String) async throws -> AuthToken? {
    // A header field must not be split by what a client sends as its token.
    guard text.utf8.count <= Self.longestToken, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
    while true {
      switch await outcome(for: text) {
      case .known(let token): return token
      case .unavailable: throw Self.unavailable
      case .yours: return try await ask(about: text)
      // Whoever was asking has gone away: the next one asks.
      case .abandoned: try Task.checkCancellation()
      }
    }
  }

  private static let unavailable = APIError(.serviceUnavailable, "The Keystone service is temporarily unavailable.")

  /// What is known of a token, now or when the question that is under way is answered. That one has a deadline.
  private func outcome(for text: String) async -> TokenAnswers.Outcome {
    let now = clock()
    return await withCheckedContinuation { continuation in
      let outcome = answers.withLockedValue { $0.outcome(for: text, at: .now, now, otherwise: continuation) }
      if let outcome { continuation.resume(returning: outcome) }
    }
  }

  private func ask(about text: String) async throws -> AuthToken? {
    let outcome: TokenAnswers.Outcome
    do {
      outcome = try judge(
        try await client.call(
          .get, "/auth/tokens?nocatalog", headers: [("X-Subject-Token", text)], deadline: .seconds(15)))
    } catch {
      outcome = Task.isCancelled ? .abandoned : .unavailable
      if case .unavailable = outcome { complain("\(error)") }
    }
    let waiting = answers.withLockedValue { $0.settle(text, outcome, at: .now) }
    for continuation in waiting { continuation.resume(returning: outcome) }
    switch outcome {
    case .known(let token): return token.flatMap { $0.expiresAt > clock() ? $0 : nil }
    case .abandoned: throw CancellationError()
    case .unavailable, .yours: throw Self.unavailable
    }
  }

  private func judge(_ answer: ServiceClient.Answer) throws -> TokenAnswers.Outcome {
    switch answer.status {
    case 200:
      guard let token = answer.body?["token"].flatMap(AuthToken.init(keystone:)) else {
        throw UnexpectedAnswer(status: answer.status)
      }
      if answers.withLockedValue({ $0.isBack() }) { logger.notice("Keystone answers again") }
      return .known(token)
    case 400, 404: return .known(nil)
    // 401 and 403 are about our own token: it says nothing of the client's.
    default: throw UnexpectedAnswer(status: answer.status)
    }
  }

  /// Once, until it answers again: every request would say the same.
  private func complain(_ reason: String) {
    guard answers.withLockedValue({ $0.isDown() }) else { return }
    logger.error("Keystone cannot be asked about tokens", metadata: ["error.reason": "\(reason)"])
  }
}

/// Keystone answered something that says nothing about the token.
private struct UnexpectedAnswer: Error, CustomStringConvertible {
  let status: Int

  var description: String { "Keystone answered \(status) to the question about a token" }
}

extension AuthToken {
  /// Reads the `token` object of Keystone's answer. `nil` if it is not one.
  init?(keystone json: JSONValue) {
    guard let userID = json["user"]?["id"]?.string, let userName = json["user"]?["name"]?.string,
      let expires = json["expires_at"]?.string.flatMap({ Timestamp($0) }),
      let issued = json["issued_at"]?.string.flatMap({ Timestamp($0) })
    else { return nil }
    let credential = json["application_credential"].flatMap { credential in
      credential["id"]?.string.map {
        CredentialUse(id: $0, isRestricted: credential["restricted"]?.bool ?? true)
      }
    }
    self.init(
      userID: userID, userName: userName, userDomainID: json["user"]?["domain"]?["id"]?.string ?? Domain.defaultID,
      projectID: json["project"]?["id"]?.string, projectName: json["project"]?["name"]?.string,
      projectDomainID: json["project"]?["domain"]?["id"]?.string, domainID: json["domain"]?["id"]?.string,
      isSystemScoped: json["system"]?["all"]?.bool ?? false,
      roles: (json["roles"]?.array ?? []).compactMap { $0["name"]?.string }, credential: credential, issuedAt: issued,
      expiresAt: expires, auditID: json["audit_ids"]?.array?.first?.string ?? "")
  }
}
