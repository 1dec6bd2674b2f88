/// The statements of one connection by their text, so that each is compiled once: compiling costs three to four times
/// what running a point query costs.
///
/// Bounded: a program that makes its SQL out of values would fill the memory otherwise.
struct StatementCache {
  private var statements: [String: Statement] = [:]
  private var uses = 0
  let capacity: Int

  init(capacity: Int) {
    self.capacity = capacity
  }

  var count: Int { statements.count }

  /// The statement with this text, made by `prepare` when there is none or it is being stepped through at this moment
  /// (a decoding closure may run the same query again). The caller says when it is done with ``Statement/isInUse``.
  mutating func take(_ sql: String, prepare: (String) throws -> Statement) throws -> Statement {
    uses += 1
    let known = statements[sql]
    if let known, !known.isInUse {
      known.isInUse = true
      known.lastUse = uses
      return known
    }
    let statement = try prepare(sql)
    statement.isInUse = true
    statement.lastUse = uses
    if known == nil { keep(statement) }
    return statement
  }

  mutating func removeAll() {
    statements.removeAll()
  }

  private mutating func keep(_ statement: Statement) {
    if statements.count >= capacity, let oldest = statements.values.min(by: { $0.lastUse < $1.lastUse }) {
      statements[oldest.sql] = nil
    }
    statements[statement.sql] = statement
  }
}
