import Dispatch
import Synchronization

/// The line in front of the database's one writer.
///
/// A serial queue of its own runs the bodies, because they block: on locks, and on the disk for the commit. Bodies that
/// arrive while a commit is under way wait in line and share the next transaction; when the writer is idle, a body is
/// committed at once and alone.
final class Writer: Sendable {
  /// How many bodies share a transaction at most: beyond 64, little is gained and the first in line waits for the last.
  static let largestGroup = 64
  /// How many bodies may stand in line.
  static let longestLine = 4096
  /// How long a body may stand in line.
  static let longestWait = Duration.seconds(30)

  private struct Line {
    var bodies: [WriteBody] = []
    var isServed = false
    var isClosed = false
  }

  private let queue = DispatchQueue(label: "plugboard.store.writer", qos: .userInitiated)
  private let line = Mutex(Line())
  /// Nobody waits for this lock: only the serial queue takes it. It proves to the compiler that the connection is used
  /// there alone. Empty when the store is closed.
  private let engine: Mutex<WriteEngine?>

  init(_ engine: sending WriteEngine) {
    self.engine = Mutex(engine)
  }

  /// Puts a body in line. It is answered in any case, here and now when the line is full or closed.
  func add(_ body: WriteBody) {
    enum Next {
      case serve
      case wait
      case refuse(StoreError)
    }
    let next = line.withLock { line -> Next in
      guard !line.isClosed else { return .refuse(StoreError(.closed, "The database has been closed.")) }
      guard line.bodies.count < Self.longestLine else {
        return .refuse(StoreError(.queueFull, "\(Self.longestLine) writes wait for the database already."))
      }
      line.bodies.append(body)
      defer { line.isServed = true }
      return line.isServed ? .wait : .serve
    }
    switch next {
    case .serve: queue.async { self.serve() }
    case .wait: break
    case .refuse(let error): body.fail(error)
    }
  }

  /// Commits group after group until the line is empty.
  private func serve() {
    engine.withLock { engine in
      while let group = nextGroup() { engine?.commit(group) }
    }
  }

  private func nextGroup() -> [WriteBody]? {
    line.withLock { line in
      guard !line.bodies.isEmpty else {
        line.isServed = false
        return nil
      }
      let group = Array(line.bodies.prefix(Self.largestGroup))
      line.bodies.removeFirst(group.count)
      return group
    }
  }

  /// Refuses further bodies, commits those in line and closes the connection.
  func close() async {
    line.withLock { $0.isClosed = true }
    await withCheckedContinuation { closed in
      queue.async {
        self.engine.withLock { $0 = nil }
        closed.resume()
      }
    }
  }
}
