import SQLite
import Synchronization

/// Looks at a database that other programs write, and waits until it says something.
package final class DatabaseWatch: Sendable {
  private let connection: Mutex<Connection>

  package init(path: String) throws {
    connection = Mutex(try Connection(path: path, mode: .reading))
  }

  /// The rows of a query as text, `NULL` as an empty one.
  package func rows(_ sql: String, _ arguments: [String] = []) throws -> [[String]] {
    try connection.withLock { connection in
      try connection.rows(sql, arguments) { row in (0..<row.count).map { row.text($0) } }
    }
  }

  /// The first column of the first row; `nil` if there is no row.
  package func text(_ sql: String, _ arguments: String...) throws -> String? {
    try rows(sql, arguments).first?.first
  }

  /// The number that a query counts.
  package func count(_ sql: String, _ arguments: String...) throws -> Int {
    try rows(sql, arguments).first?.first.flatMap { Int($0) } ?? 0
  }

  /// Waits until a query has a row, and returns the first column of the first one.
  ///
  /// `PRAGMA data_version` moves when another connection has committed; it costs two microseconds, so it is looked at
  /// every millisecond, and the query runs only after a commit.
  ///
  /// - Throws: ``NeverHappened`` after `limit`.
  @discardableResult
  package func wait(
    until what: String, _ sql: String, _ arguments: String..., within limit: Duration = .seconds(60)
  ) async throws -> String {
    var seen: String?
    return try await eventually(what, within: limit, every: .milliseconds(1)) {
      let version = try text("PRAGMA data_version")
      guard version != seen else { return nil }
      seen = version
      return try rows(sql, arguments).first?.first
    }
  }
}
