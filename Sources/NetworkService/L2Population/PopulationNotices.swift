import Model
package import Store
import Synchronization

/// Which networks the agents have to be told of, because ports of theirs have changed, and which agents know nothing.
///
/// It hears of every committed change of a port's row, whoever made it, and only takes notes;
/// ``NetworkHousekeeping`` does the rest. A binding, an address or a MAC address does not change without the port's row.
package final class PopulationNotices: ChangeListener {
  struct Pending: Sendable {
    var networks: Set<UUID> = []
    /// Hosts whose agents have connected, or say something else of themselves than before.
    var hosts: Set<String> = []
    /// Whether more networks have changed than were noted.
    var isIncomplete = false
  }

  /// So many networks are noted between two rounds; if there are more, everybody is told everything.
  static let limit = 10_000

  package let table = "ports"
  package let columns = ["network_id"]
  private let pending = Mutex(Pending())
  /// Yields when there is something to tell.
  let wakeUps: AsyncStream<Void>
  private let wakeUp: AsyncStream<Void>.Continuation

  package init() {
    (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  package func changed(_ changes: [RowChange], in transaction: Transaction) {}

  package func committed(_ changes: [RowChange]) {
    pending.withLock { pending in
      for change in changes {
        guard let network = change.newUUID(0) ?? change.oldUUID(0) else { continue }
        if pending.networks.count < Self.limit {
          pending.networks.insert(network)
        } else {
          pending.isIncomplete = true
        }
      }
    }
    wakeUp.yield()
  }

  /// The agent of a host knows nothing, or has to be known anew.
  func announce(host: String) {
    pending.withLock { _ = $0.hosts.insert(host) }
    wakeUp.yield()
  }

  /// What was taken has not been told. With the next notice everybody is told everything.
  func failed() {
    pending.withLock { $0.isIncomplete = true }
  }

  /// What has been noted since the last time.
  func take() -> Pending {
    pending.withLock { pending in
      defer { pending = Pending() }
      return pending
    }
  }
}
