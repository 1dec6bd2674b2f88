internal import Glibc
internal import Synchronization

/// Threads of our own for calls that block for milliseconds to seconds.
///
/// Every libvirt call waits: `virDomainCreateXML` for a third of a second, `virDomainDestroy` for two. On Swift's
/// cooperative pool, which has one thread a core, two of them would stop the whole process. Threads are made when
/// needed and stay.
package final class BlockingThreads: Sendable {
  private struct State {
    var jobs: [@Sendable () -> Void] = []
    var threads = 0
    var idle = 0
  }

  /// A counting semaphore of POSIX.
  ///
  /// `@unchecked Sendable`: the pointer is set once, and `sem_post` and `sem_wait` may be called by any thread.
  private struct Semaphore: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<sem_t>

    init() {
      pointer = .allocate(capacity: 1)
      let status = sem_init(pointer, 0, 0)
      precondition(status == 0, "an unnamed semaphore that counts from 0 can always be made")
    }
  }

  private let limit: Int
  private let queueLimit: Int
  private let state = Mutex(State())
  private let work = Semaphore()

  /// The threads that all connections of the process share; they live as long as it does.
  package static let shared = BlockingThreads(limit: 16, queueLimit: 4096)

  /// - Parameters:
  ///   - limit: The most threads at a time.
  ///   - queueLimit: How many calls may wait for a thread. One more fails at once.
  private init(limit: Int, queueLimit: Int) {
    self.limit = limit
    self.queueLimit = queueLimit
  }

  /// Runs `body` on one of the threads and returns what it returns. It is not interrupted by cancellation.
  package func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Value, any Error>) in
      let accepted = submit { continuation.resume(with: Result { try body() }) }
      if !accepted {
        let message = "more than \(queueLimit) calls wait for a thread"
        continuation.resume(throwing: LibvirtError(code: .internalError, message: message))
      }
    }
  }

  private func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
    let (accepted, needsThread) = state.withLock { state in
      guard state.jobs.count < queueLimit else { return (false, false) }
      state.jobs.append(job)
      let needsThread = state.idle < state.jobs.count && state.threads < limit
      if needsThread { state.threads += 1 }
      return (true, needsThread)
    }
    guard accepted else { return false }
    sem_post(work.pointer)
    if needsThread { start() }
    return true
  }

  private func start() {
    startThread { [self] in
      while true {
        state.withLock { $0.idle += 1 }
        while sem_wait(work.pointer) != 0 {}
        let job = state.withLock { state in
          state.idle -= 1
          return state.jobs.removeFirst()
        }
        job()
      }
    }
  }
}

/// Starts a thread that runs `body` to its end.
func startThread(_ body: @escaping @Sendable () -> Void) {
  /// Carries the closure through the C function's `void *`.
  final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  let context = Unmanaged.passRetained(Box(body)).toOpaque()
  var thread = pthread_t()
  let status = pthread_create(
    &thread, nil,
    { context in
      Unmanaged<Box>.fromOpaque(context!).takeRetainedValue().body()
      return nil
    }, context)
  precondition(status == 0, "no thread could be started: \(String(cString: strerror(status)))")
  pthread_detach(thread)
}
