import CSQLite
import Glibc

extension Connection {
  /// Runs the statements of a migration inside the transaction that the caller has begun. Statements that would end
  /// that transaction, and those that reach for other files, are refused when they are compiled.
  package func migrationScript(_ sql: String) throws {
    sqlite3_set_authorizer(
      handle,
      { _, action, _, _, _, _ in
        [SQLITE_TRANSACTION, SQLITE_ATTACH, SQLITE_DETACH].contains(action) ? SQLITE_DENY : SQLITE_OK
      }, nil)
    defer { sqlite3_set_authorizer(handle, nil, nil) }
    try script(sql)
  }

  /// Copies the database, as it is committed, to a new file at `path`, and returns when the copy is on the disk. A copy
  /// that was interrupted is a file with another name.
  package func copy(to path: String) throws {
    let unfinished = path + ".unfinished"
    unlink(unfinished)
    try run("VACUUM INTO ?", [unfinished])
    // VACUUM INTO leaves its file to the operating system's leisure.
    let file = open(unfinished, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Self.systemError("opening", unfinished) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw Self.systemError("syncing", unfinished) }
    guard rename(unfinished, path) == 0 else { throw Self.systemError("renaming", unfinished) }
  }

  private static func systemError(_ verb: String, _ path: String) -> SQLiteError {
    let message = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
    return SQLiteError(code: SQLITE_IOERR, message: "\(verb) \(path): \(message)", sql: nil)
  }
}
