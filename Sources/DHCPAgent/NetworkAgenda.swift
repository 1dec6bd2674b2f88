internal import Model
internal import Synchronization

/// Which networks are to be looked at: noted by whoever hears of something, taken by the one who does it. A network that is
/// noted twice is looked at once.
final class NetworkAgenda: Sendable {
  struct Items: Hashable, Sendable {
    /// Compare all that is with all that should be.
    var everything = false
    /// Ask for these, and bring them to what is answered; the server waits for word of these ports of theirs, however
    /// little may have changed.
    var networks: [UUID: NetworkWork.Ports] = [:]
    /// The dnsmasq of these has ended.
    var ended: Set<UUID> = []
    /// The pause after a failure is over: of a comparison, or of these networks.
    var everythingAgain = false
    var networksAgain: Set<UUID> = []
  }

  /// Of more networks than this, all are looked at.
  static let limit = 4096

  private let items = Mutex(Items())
  /// Yields when there is something to do.
  let wakeUps: AsyncStream<Void>
  private let wakeUp: AsyncStream<Void>.Continuation

  init() {
    (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func compareEverything() { note { $0.everything = true } }

  /// - Parameter port: What is told of; `nil` for the network itself or a subnet.
  func look(at network: UUID, port: UUID? = nil) {
    note { items in
      if items.networks[network] == nil, items.networks.count == Self.limit {
        items.everything = true
      } else {
        items.networks[network, default: .some([])].insert(port, limit: Self.limit)
      }
    }
  }

  func hasEnded(dnsmasqOf network: UUID) { note { $0.ended.insert(network) } }

  func tryEverythingAgain() { note { $0.everythingAgain = true } }

  func tryAgain(_ network: UUID) { note { $0.networksAgain.insert(network) } }

  /// What was noted since the last time.
  func take() -> Items {
    items.withLock { items in
      defer { items = Items() }
      return items
    }
  }

  private func note(_ change: (inout Items) -> Void) {
    items.withLock { change(&$0) }
    wakeUp.yield()
  }
}
