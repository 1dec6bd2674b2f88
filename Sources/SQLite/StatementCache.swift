/// The statements of one connection by their text, so that each is compiled once: compiling costs three to four times
/// what running a point query costs.
///
/// Bounded: a program that makes its SQL out of values would fill the memory otherwise.
struct StatementCache {
  private var statements: [Key: Statement] = [:]
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
    let known = statements[Key(sql: sql)]
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
      statements[Key(sql: oldest.sql)] = nil
    }
    statements[Key(sql: statement.sql)] = statement
  }

  /// A statement's text. It is told from others by its length and a few of its bytes: to hash all of a long one would
  /// cost as much as finding a row.
  private struct Key: Hashable {
    let sql: String

    func hash(into hasher: inout Hasher) {
      let text = sql.utf8.span
      hasher.combine(text.count)
      var sample: UInt64 = 0
      // 16 bytes from all over the text, of which the end tells most.
      for place in 0..<16 where text.count > 0 {
        let position = place < 8 ? text.count * place / 8 : max(0, text.count - 1 - 3 * (place - 8))
        sample = sample &* 31 &+ UInt64(text[position])
      }
      hasher.combine(sample)
    }
  }
}
