internal import HostRPC
internal import Model

/// Where a request comes from.
struct GuestAddress: Hashable, Sendable {
  var networkID: UUID
  var address: String
}

/// Which port has which address, remembered for a moment: a guest that boots asks thirty times. It forgets the oldest when
/// it is full.
struct PortMemory<Instant: InstantProtocol & Sendable>: Sendable {
  private struct Entry: Sendable {
    /// `nil` for an address that is nobody's.
    var port: GetPorts.Result.Port?
    var end: Instant
  }

  private let capacity: Int
  private let lifetime: Instant.Duration
  private var entries: [GuestAddress: Entry] = [:]
  private var order: [GuestAddress] = []

  init(capacity: Int, lifetime: Instant.Duration) {
    (self.capacity, self.lifetime) = (capacity, lifetime)
  }

  var count: Int { entries.count }

  /// What is known of the address: the outer `nil` is nothing.
  func port(at address: GuestAddress, now: Instant) -> GetPorts.Result.Port?? {
    guard let entry = entries[address], now < entry.end else { return nil }
    return .some(entry.port)
  }

  mutating func remember(_ port: GetPorts.Result.Port?, at address: GuestAddress, now: Instant) {
    guard capacity > 0 else { return }
    if entries[address] == nil {
      if order.count >= capacity { entries[order.removeFirst()] = nil }
      order.append(address)
    }
    entries[address] = Entry(port: port, end: now.advanced(by: lifetime))
  }
}
