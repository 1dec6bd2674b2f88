/// Why the store did not do what it was asked, when it is not a matter of one statement.
package struct StoreError: Error, Hashable, Sendable {
  package enum Code: Hashable, Sendable {
    /// More bodies wait for the writer than it takes; try again later.
    case queueFull
    /// All readers are in use; try again later.
    case readersBusy
    /// The body waited too long for its turn and was not run.
    case waitedTooLong
    /// The store has been closed.
    case closed
    /// The database's schema is not the one this program is made for.
    case schema
    /// The file cannot be used as the database.
    case unusable
    /// Listeners answer each other's changes without end.
    case listenersWithoutEnd
    /// SQLite gave up the whole transaction, with the bodies that shared it.
    case transactionLost
  }

  package let code: Code
  /// A sentence for the person who must act.
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}

extension StoreError: CustomStringConvertible {
  package var description: String { message }
}
