import Model
import SQLite
import Store
import Support
import Synchronization

extension Migration {
  /// A small schema in the manner of the real one: something with a status, what hangs on it, and an outbox.
  static let fixture: [Migration] = {
    let sql = """
      CREATE TABLE lamps (
        id TEXT PRIMARY KEY NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('OFF', 'ON')),
        name TEXT UNIQUE,
        note TEXT
      ) STRICT;
      CREATE TABLE bulbs (
        id INTEGER PRIMARY KEY,
        lamp_id TEXT NOT NULL REFERENCES lamps (id) ON DELETE CASCADE
      ) STRICT;
      CREATE TABLE promises (
        id INTEGER PRIMARY KEY,
        lamp_id TEXT REFERENCES lamps (id) DEFERRABLE INITIALLY DEFERRED
      ) STRICT;
      CREATE TABLE groups (
        id INTEGER PRIMARY KEY,
        parent INTEGER REFERENCES groups (id) ON DELETE CASCADE ON UPDATE CASCADE,
        level INTEGER NOT NULL
      ) STRICT;
      CREATE TRIGGER levelling AFTER UPDATE OF level ON groups BEGIN
        UPDATE groups SET level = new.level + 1 WHERE parent = new.id;
      END;
      CREATE TRIGGER keeping BEFORE DELETE ON groups WHEN old.level = 99 BEGIN SELECT RAISE(ABORT, 'kept'); END;
      CREATE TABLE outbox (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
      CREATE TABLE bare (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
      CREATE TABLE derived (id INTEGER PRIMARY KEY, double INTEGER AS (id * 2)) STRICT;
      """
    return [Migration(file: "0001_fixture.sql", contents: Array(sql.utf8))].compactMap { $0 }
  }()
}

extension Transaction {
  func insertLamp(_ id: String, status: String = "OFF", name: String? = nil) throws {
    try execute("INSERT INTO lamps (id, status, name) VALUES (?, ?, ?)", id, status, name)
  }

  func setStatus(_ status: String, of id: String) throws {
    try execute("UPDATE lamps SET status = ? WHERE id = ?", status, id)
  }
}

extension Snapshot {
  func lamps() throws -> [String] {
    try rows("SELECT id, status FROM lamps ORDER BY rowid") { "\($0.text(0)) \($0.text(1))" }
  }

  func outbox() throws -> [String] {
    try rows("SELECT text FROM outbox ORDER BY id") { $0.text(0) }
  }
}

/// Writes an outbox row for each change of a lamp's status, and keeps what it was told.
final class LampListener: ChangeListener {
  struct Told: Sendable {
    var changed: [[RowChange]] = []
    var committed: [[RowChange]] = []
  }

  let table = "lamps"
  let columns = ["id", "status"]
  let told = Mutex(Told())

  func changed(_ changes: [RowChange], in transaction: Transaction) throws {
    told.withLock { $0.changed.append(changes) }
    for change in changes where change.hasChanged(1) {
      let (old, new) = (change.oldText(1) ?? "none", change.newText(1) ?? "none")
      let id = change.newText(0) ?? change.oldText(0) ?? "?"
      let text = "\(id) \(old)->\(new) \(transaction.cause.reason)"
      try transaction.execute("INSERT INTO outbox (text) VALUES (?)", text)
    }
  }

  func committed(_ changes: [RowChange]) {
    told.withLock { $0.committed.append(changes) }
  }

  /// All changes it was told of after a commit, one after the other.
  var committed: [RowChange] { told.withLock { $0.committed.flatMap { $0 } } }
}

/// Is told of new outbox rows.
final class OutboxListener: ChangeListener {
  let table = "outbox"
  let columns = ["text"]
  let texts = Mutex<[String]>([])

  func changed(_ changes: [RowChange], in transaction: Transaction) throws {}

  func committed(_ changes: [RowChange]) {
    texts.withLock { $0 += changes.compactMap { $0.newText(0) } }
  }
}

/// Keeps which rows of a table that refers to itself have changed.
final class GroupListener: ChangeListener {
  let table = "groups"
  let columns: [String] = ["level"]
  private let told = Mutex<[String]>([])

  func changed(_ changes: [RowChange], in transaction: Transaction) throws {}

  func committed(_ changes: [RowChange]) {
    told.withLock { $0 += changes.map { "\($0.kind) \($0.rowID)" } }
  }

  /// What it was told since the last call, in alphabetical order: triggers and hooks are called in different ones.
  func takeTold() -> [String] {
    told.withLock { told in
      defer { told = [] }
      return told.sorted()
    }
  }
}

struct Refusal: Error, Equatable {}
