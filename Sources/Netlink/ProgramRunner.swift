import CNetlink
import Dispatch
import Glibc

/// How a program ended that was run to its end.
package struct ProgramOutcome: Hashable, Sendable {
  /// Its exit status; 128 and the number of the signal that ended it, as in a shell.
  package let status: Int32
  /// What it wrote to its standard error output, the first 4096 bytes.
  package let errors: String
}

/// Runs programs to their end on a thread of its own, one at a time: such as `dnsmasq`, which leaves a daemon behind.
package final class ProgramRunner: Sendable {
  private let queue = DispatchQueue(label: "plugboard.program-runner", qos: .userInitiated)

  package init() {}

  /// Runs a program inside `namespace`, found along `PATH` if its name has no slash. It is killed if it takes longer than
  /// `deadline`.
  package func run(
    _ arguments: [String], in namespace: NetworkNamespace?, deadline: Duration = .seconds(10)
  ) async throws(NetlinkError) -> ProgramOutcome {
    precondition(!arguments.isEmpty, "a program has a name")
    let result: Result<ProgramOutcome, NetlinkError> = await withCheckedContinuation { continuation in
      queue.async {
        do throws(NetlinkError) {
          continuation.resume(returning: .success(try Self.perform(arguments, in: namespace, deadline: deadline)))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    return try result.get()
  }

  private static func perform(
    _ arguments: [String], in namespace: NetworkNamespace?, deadline: Duration
  ) throws(NetlinkError) -> ProgramOutcome {
    var ends: [Int32] = [0, 0]
    let answer = cnetlink_make_pipe(&ends)
    guard answer == 0 else { throw NetlinkError(code: -answer, operation: "make pipe") }
    let reading = OwnedFileDescriptor(ends[0])
    let writing = OwnedFileDescriptor(ends[1])
    let child = try NetworkNamespace.inside(namespace) { () throws(NetlinkError) in
      try spawn(arguments, errors: writing.number)
    }
    let watch = try OwnedFileDescriptor(answer: cnetlink_open_process(child), operation: "watch \(arguments[0])")
    var polled = pollfd(fd: watch.number, events: Int16(POLLIN), revents: 0)
    let isLate = poll(&polled, 1, Int32(clamping: deadline.components.seconds * 1000)) == 0
    if isLate { _ = cnetlink_signal_process(watch.number, SIGKILL) }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    if isLate { throw NetlinkError(code: ETIMEDOUT, operation: "run \(arguments[0])") }
    let signal = status & 0x7F
    return ProgramOutcome(status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, errors: read(reading.number))
  }

  private static func spawn(_ arguments: [String], errors: Int32) throws(NetlinkError) -> Int32 {
    var texts: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for text in texts { free(text) } }
    let answer = cnetlink_spawn(&texts, errors)
    guard answer > 0 else { throw NetlinkError(code: -answer, operation: "start \(arguments[0])") }
    return answer
  }

  /// What is there; a daemon may hold the other end for ever, so nothing is waited for.
  private static func read(_ descriptor: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }
}
