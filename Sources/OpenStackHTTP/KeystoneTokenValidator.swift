package import AsyncHTTPClient
import HTTPTypes
import JSON
package import Logging
package import Model
import NIOConcurrencyHelpers

/// Checks tokens with a Keystone elsewhere, for a service that stands alone; what it said is kept for a while.
package final class KeystoneTokenValidator: TokenValidator {
  private struct Entry {
    let token: AuthToken
    let validUntil: ContinuousClock.Instant
  }

  private let client: ServiceClient
  private let cached = NIOLockedValueBox<[String: Entry]>([:])
  private let cacheTime: Duration
  private let capacity = 1024

  /// - Parameters:
  ///   - authURL: Keystone's URL, with or without `/v3`.
  ///   - tokens: The service's own token, with which it asks about others'.
  ///   - cacheTime: How long an answer is believed (keystonemiddleware's `token_cache_time` is 300 s): so long a
  ///     revoked token may still pass.
  package init(
    authURL: String, tokens: any TokenSource, httpClient: HTTPClient, cacheTime: Duration = .seconds(60), logger: Logger
  ) {
    client = ServiceClient(
      endpoint: KeystoneTokenSource.versioned(authURL), tokens: tokens, httpClient: httpClient, bodyLimit: 1 << 20,
      logger: logger)
    self.cacheTime = cacheTime
  }

  /// - Throws: `APIError` 503 if Keystone does not answer.
  package func validate(_ text: String) async throws -> AuthToken? {
    if let entry = cached.withLockedValue({ $0[text] }), entry.validUntil > .now { return entry.token }
    // A header field must not be split by what a client sends as its token.
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
    let answer = try await ask(about: text)
    guard answer.status == 200, let token = answer.body?["token"].flatMap(AuthToken.init(keystone:)) else {
      if (500...).contains(answer.status) { throw Self.unavailable }
      return nil
    }
    remember(token, as: text)
    return token
  }

  private func ask(about text: String) async throws -> ServiceClient.Answer {
    do {
      return try await client.call(
        .get, "/auth/tokens", headers: [("X-Subject-Token", text)], deadline: .seconds(15))
    } catch {
      throw Self.unavailable
    }
  }

  private static let unavailable = APIError(.serviceUnavailable, "The Keystone service is temporarily unavailable.")

  private func remember(_ token: AuthToken, as text: String) {
    cached.withLockedValue { cached in
      // A full cache starts anew; that costs one question for each token in use.
      if cached.count >= capacity { cached.removeAll(keepingCapacity: true) }
      cached[text] = Entry(token: token, validUntil: .now + cacheTime)
    }
  }
}

extension AuthToken {
  /// Reads the `token` object of Keystone's answer. `nil` if it is not one.
  init?(keystone json: JSONValue) {
    guard let userID = json["user"]?["id"]?.string, let userName = json["user"]?["name"]?.string,
      let expires = json["expires_at"]?.string.flatMap({ Timestamp($0) }),
      let issued = json["issued_at"]?.string.flatMap({ Timestamp($0) })
    else { return nil }
    self.init(
      userID: userID, userName: userName, projectID: json["project"]?["id"]?.string,
      projectName: json["project"]?["name"]?.string,
      roles: (json["roles"]?.array ?? []).compactMap { $0["name"]?.string }, issuedAt: issued, expiresAt: expires,
      auditID: json["audit_ids"]?.array?.first?.string ?? "")
  }
}
