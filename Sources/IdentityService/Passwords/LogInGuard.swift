import Model
import NIOConcurrencyHelpers

/// Slows down those that guess passwords: it remembers failed log-ins for a while, in bounded memory, and refuses further
/// ones without a hash being computed until a wait is over.
///
/// Three rules hold together, see ``LogInBackOff``. Somebody who has logged in from an address before has only his own
/// failures there to wait for, so that nobody keeps others out by failing in their name or from behind their proxy.
package final class LogInGuard: Sendable {
  private enum Key: Hashable {
    case userAtAddress(String, String)
    case address(String)
    case user(String)
  }

  private struct Entry {
    var failures = 0
    var hasLoggedIn = false
    var lastSeen: ContinuousClock.Instant
    var closedUntil: ContinuousClock.Instant
  }

  private let entries = NIOLockedValueBox<[Key: Entry]>([:])
  private let capacity: Int
  private let clock: @Sendable () -> ContinuousClock.Instant

  /// - Parameter capacity: How many users, addresses and pairs of both are remembered.
  package init(capacity: Int = 16_384, clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
    self.capacity = capacity
    self.clock = clock
  }

  /// How many users, addresses and pairs are remembered now.
  package var count: Int { entries.withLockedValue(\.count) }

  /// Whether the log-in may be tried now. Where failures have to be waited for, it counts as one until it succeeds: of
  /// several that come at once only one is let through.
  package func admits(_ user: String, from address: String) -> Bool {
    let now = clock()
    let pair = Self.pair(user, address)
    return entries.withLockedValue { entries in
      if let entry = entries[pair], entry.closedUntil > now { return false }
      let others = Self.others(user, address).compactMap { entries[$0]?.closedUntil }
      if entries[pair]?.hasLoggedIn != true, others.contains(where: { $0 > now }) { return false }
      if var entry = entries[pair], Self.isFresh(entry, pair, now) {
        entry.closedUntil = now + Self.backOff(of: pair).wait(after: entry.failures + 1)
        entries[pair] = entry
      }
      return true
    }
  }

  /// A log-in that was admitted has failed.
  package func failed(_ user: String, from address: String) {
    let now = clock()
    entries.withLockedValue { entries in
      for key in [Self.pair(user, address)] + Self.others(user, address) {
        var entry = entries[key] ?? Entry(lastSeen: now, closedUntil: now)
        entry.failures = Self.isFresh(entry, key, now) ? entry.failures + 1 : 1
        entry.lastSeen = now
        entry.closedUntil = now + Self.backOff(of: key).wait(after: entry.failures)
        entries[key] = entry
      }
      makeRoom(in: &entries)
    }
  }

  /// A log-in that was admitted has succeeded: the user's failures at that address are forgotten.
  package func succeeded(_ user: String, from address: String) {
    let now = clock()
    entries.withLockedValue { entries in
      var entry = Entry(lastSeen: now, closedUntil: now)
      entry.hasLoggedIn = true
      entries[Self.pair(user, address)] = entry
      makeRoom(in: &entries)
    }
  }

  /// When it is full the quarter goes that was not seen for longest, so that room costs each entry little.
  private func makeRoom(in entries: inout [Key: Entry]) {
    guard entries.count > capacity else { return }
    let oldest = entries.sorted { $0.value.lastSeen < $1.value.lastSeen }.prefix(max(1, capacity / 4))
    for (key, _) in oldest { entries[key] = nil }
  }

  private static func isFresh(_ entry: Entry, _ key: Key, _ now: ContinuousClock.Instant) -> Bool {
    now - entry.lastSeen <= backOff(of: key).memory
  }

  private static func backOff(of key: Key) -> LogInBackOff {
    switch key {
    case .userAtAddress: .perUserAndAddress
    case .address: .perAddress
    case .user: .perUser
    }
  }

  // A name is the client's, so it is cut to a length.
  private static func pair(_ user: String, _ address: String) -> Key {
    .userAtAddress(String(user.prefix(300)), network(of: address))
  }

  private static func others(_ user: String, _ address: String) -> [Key] {
    [.address(network(of: address)), .user(String(user.prefix(300)))]
  }

  /// Whoever has one IPv6 address has all 2^64 of its network.
  private static func network(of address: String) -> String {
    guard let parsed = IPAddress(address), parsed.version == .v6 else { return address }
    return IPAddress(version: .v6, bits: parsed.bits & ~UInt128(UInt64.max)).description
  }
}
