import Synchronization

/// The lines that wait for one host, with a bound on their number and their bytes.
///
/// When a line does not fit, the stream takes no more and ends after the lines it has: the host works through those,
/// acknowledges them and connects again, so that even a host with more rows than fit here gets on.
final class MessageStream: Sendable {
  let caller: Caller
  /// What is to be written, in order. One reader.
  let lines: AsyncStream<[UInt8]>

  private let continuation: AsyncStream<[UInt8]>.Continuation
  private let bytesLimit: Int
  private let waitingBytes = Mutex(0)

  init(caller: Caller, limits: HostRPCServer.Limits) {
    self.caller = caller
    bytesLimit = limits.waitingBytes
    (lines, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(limits.waitingMessages))
  }

  /// Appends a line, or ends the stream because it does not fit.
  func offer(_ line: [UInt8]) -> Bool {
    let fits = waitingBytes.withLock { waiting in
      // A single line longer than the limit goes through when nothing waits, for it could never go otherwise.
      guard waiting == 0 || waiting + line.count <= bytesLimit else { return false }
      waiting += line.count
      return true
    }
    if fits, case .enqueued = continuation.yield(line) { return true }
    end()
    return false
  }

  /// The reader has taken this line away.
  func wrote(_ line: [UInt8]) {
    waitingBytes.withLock { $0 -= line.count }
  }

  /// Takes no more lines; those that wait are still written.
  func end() {
    continuation.finish()
  }
}
