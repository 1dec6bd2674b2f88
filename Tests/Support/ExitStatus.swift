import Synchronization

/// How a program has ended, once it has.
final class ExitStatus: Sendable {
  private let status = Mutex<Int32?>(nil)

  var value: Int32? { status.withLock { $0 } }

  func set(_ value: Int32) {
    status.withLock { $0 = value }
  }
}
