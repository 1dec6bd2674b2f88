import Model

/// What a Keystone elsewhere has said of tokens, and what it is being asked: the decisions of
/// ``KeystoneTokenValidator``, without a clock and without a network.
struct TokenAnswers: Sendable {
  typealias Waiting = CheckedContinuation<Outcome, Never>

  /// What is to be done about a token.
  enum Outcome: Sendable {
    /// `nil` for a token that is none.
    case known(AuthToken?)
    /// The caller must ask, and tell with ``settle(_:_:at:)``.
    case yours
    /// Keystone cannot be asked, or is being asked too much.
    case unavailable
    /// Whoever asked was cancelled.
    case abandoned
  }

  private struct Entry {
    let token: AuthToken?
    let until: ContinuousClock.Instant
  }

  /// How many valid tokens are remembered; only Keystone can make more.
  static let capacity = 4096
  /// How many others; anybody can make more of those, so they are kept apart.
  static let refusedCapacity = 512
  /// How many questions may be under way.
  static let questionLimit = 256
  /// A token that is none is not asked about again for a while. Short, since Keystone's own parts may learn of a new
  /// token one after the other.
  static let longestRefusal = Duration.seconds(30)

  private let cacheTime: Duration
  private var valid: [String: Entry] = [:]
  private var refused: [String: Entry] = [:]
  private var underWay: [String: [Waiting]] = [:]
  private var couldNotAsk = false

  init(cacheTime: Duration) {
    self.cacheTime = cacheTime
  }

  /// How many answers are remembered.
  var count: Int { valid.count + refused.count }

  /// What to do about a token; `nil` if `waiting` will be told when the question that is under way is answered.
  mutating func outcome(
    for text: String, at instant: ContinuousClock.Instant, _ time: Timestamp, otherwise waiting: Waiting
  ) -> Outcome? {
    if let entry = valid[text] ?? refused[text], entry.until > instant {
      return .known(entry.token.flatMap { $0.expiresAt > time ? $0 : nil })
    }
    if underWay[text] != nil {
      underWay[text]?.append(waiting)
      return nil
    }
    guard underWay.count < Self.questionLimit else { return .unavailable }
    underWay[text] = []
    return .yours
  }

  /// The question about a token is answered, or will not be.
  ///
  /// - Returns: Who waits for it.
  mutating func settle(_ text: String, _ outcome: Outcome, at instant: ContinuousClock.Instant) -> [Waiting] {
    if case .known(let token) = outcome { remember(token, as: text, at: instant) }
    return underWay.removeValue(forKey: text) ?? []
  }

  private mutating func remember(_ token: AuthToken?, as text: String, at instant: ContinuousClock.Instant) {
    guard cacheTime > .zero else { return }
    if token == nil {
      Self.makeRoom(in: &refused, for: Self.refusedCapacity, at: instant)
      valid[text] = nil
      refused[text] = Entry(token: nil, until: instant + min(cacheTime, Self.longestRefusal))
    } else {
      Self.makeRoom(in: &valid, for: Self.capacity, at: instant)
      refused[text] = nil
      valid[text] = Entry(token: token, until: instant + cacheTime)
    }
  }

  /// What is full of answers that count starts anew; that costs one question for each token in use.
  private static func makeRoom(
    in entries: inout [String: Entry], for capacity: Int, at instant: ContinuousClock.Instant
  ) {
    guard entries.count >= capacity else { return }
    entries = entries.filter { $0.value.until > instant }
    if entries.count >= capacity { entries.removeAll(keepingCapacity: true) }
  }

  /// - Returns: Whether Keystone could be asked until now.
  mutating func isDown() -> Bool {
    defer { couldNotAsk = true }
    return !couldNotAsk
  }

  /// - Returns: Whether Keystone could not be asked until now.
  mutating func isBack() -> Bool {
    defer { couldNotAsk = false }
    return couldNotAsk
  }
}
