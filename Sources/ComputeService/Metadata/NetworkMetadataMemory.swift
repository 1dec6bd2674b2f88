import Model
import Synchronization

/// What instances have been told of their networks, remembered for `[api] metadata_cache_expiration`: collecting it takes
/// four requests to the Networking service, and a guest may ask without end. It forgets the oldest when it is full.
final class NetworkMetadataMemory: Sendable {
  private struct Entry: Sendable {
    /// `nil` for an instance without ports.
    var network: NetworkMetadata?
    var end: ContinuousClock.Instant
  }

  private struct State {
    var entries: [UUID: Entry] = [:]
    var order: [UUID] = []
  }

  private let capacity: Int
  private let lifetime: Duration
  private let state = Mutex(State())

  init(capacity: Int = 1024, lifetime: Duration) {
    precondition(capacity > 0, "a memory holds something")
    (self.capacity, self.lifetime) = (capacity, lifetime)
  }

  /// What is remembered of the instance, or what `fetch` says.
  ///
  /// - Throws: What `fetch` throws, which is not remembered.
  func network(
    of instanceID: UUID, now: ContinuousClock.Instant = .now, else fetch: () async throws -> NetworkMetadata?
  ) async throws -> NetworkMetadata? {
    if let entry = state.withLock({ $0.entries[instanceID] }), now < entry.end { return entry.network }
    let network = try await fetch()
    let entry = Entry(network: network, end: now + lifetime)
    state.withLock { state in
      if state.entries.updateValue(entry, forKey: instanceID) == nil {
        state.order.append(instanceID)
        if state.order.count > capacity { state.entries[state.order.removeFirst()] = nil }
      }
    }
    return network
  }
}
