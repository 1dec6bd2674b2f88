package import Model

/// Who may see which guest's screen, and until when.
///
/// Like Nova's, a token can be used until it expires, also more than once: a browser that reconnects has no other.
package struct ConsoleTokens: Sendable {
  private struct Grant {
    let instanceID: UUID
    let expiry: ContinuousClock.Instant
  }

  /// Nova's `[consoleauth] token_ttl`.
  private let lifetime: Duration
  private let limit: Int
  private var grants: [String: Grant] = [:]
  /// The tokens in the order in which they expire.
  private var order: [String] = []

  package init(lifetime: Duration = .seconds(600), limit: Int = 1024) {
    (self.lifetime, self.limit) = (lifetime, limit)
  }

  /// A new token. Beyond the limit the oldest is forgotten: whoever asks has been let in by the Compute API.
  package mutating func make(for instanceID: UUID, at now: ContinuousClock.Instant) -> String {
    forget(at: now, leaving: limit - 1)
    // A UUID of version 4 has 122 random bits of the system's generator; two of them are more than can be guessed.
    let token = "\(UUID())\(UUID())".filter { $0 != "-" }
    grants[token] = Grant(instanceID: instanceID, expiry: now + lifetime)
    order.append(token)
    return token
  }

  /// The guest that a token lets see; `nil` if it never existed, has expired or was forgotten.
  package mutating func instance(of token: String, at now: ContinuousClock.Instant) -> UUID? {
    forget(at: now, leaving: limit)
    return grants[token]?.instanceID
  }

  private mutating func forget(at now: ContinuousClock.Instant, leaving count: Int) {
    let expired = order.prefix { (grants[$0]?.expiry ?? now) <= now }.count
    for token in order.prefix(max(expired, order.count - count)) { grants[token] = nil }
    order.removeFirst(max(expired, order.count - count, 0))
  }
}
