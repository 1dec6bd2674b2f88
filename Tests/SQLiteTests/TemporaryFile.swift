import Glibc

/// A path for a database that is removed, with the files that SQLite puts beside it, when the value is released.
final class TemporaryFile {
  let path: String

  init() {
    path = "/tmp/plugboard-sqlite-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
  }

  deinit {
    for ending in ["", "-wal", "-shm", "-journal", ".copy"] { unlink(path + ending) }
  }
}
