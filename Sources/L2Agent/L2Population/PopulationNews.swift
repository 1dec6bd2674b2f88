import HostRPC
import Model
import Synchronization

/// What the server tells of forwarding entries, until the loop takes it.
final class PopulationNews: Sendable {
  private let book = Mutex(PopulationBook())

  /// Notes what the message says, if it is about forwarding entries. Throws if it cannot be read.
  ///
  /// - Returns: Whether it was.
  func heard(_ message: HostMessage) throws -> Bool {
    if let entries = try message.arguments(of: AddFDBEntries.self) {
      book.withLock { $0.add(entries) }
    } else if let entries = try message.arguments(of: RemoveFDBEntries.self) {
      book.withLock { $0.remove(entries) }
    } else if let changes = try message.arguments(of: UpdateFDBEntries.self) {
      book.withLock { $0.update(changes) }
    } else {
      return false
    }
    return true
  }

  func forget(_ network: UUID) {
    book.withLock { $0.forget(network) }
  }

  /// All that is known, and the networks of which something was told since the last time.
  func take() -> (networks: [UUID: PopulationBook.Network], changed: Set<UUID>) {
    book.withLock { book in
      let changed = book.takeChanged()
      return (book.networks, changed)
    }
  }
}
