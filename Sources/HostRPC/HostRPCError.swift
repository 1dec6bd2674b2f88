/// Why a call to the server, or its stream of messages, failed.
package struct HostRPCError: Error, Sendable, CustomStringConvertible {
  package enum Code: Hashable, Sendable {
    /// The hosts' secret is not the server's.
    case unauthorized
    /// There was no connection, or it broke before the answer.
    case unreachable
    /// No answer within the deadline, or no sign of life on the stream.
    case timeout
    /// The server answered with a failure, ``HostRPCError/failure``.
    case rejected
    /// The answer is not what the method answers.
    case malformed
  }

  package let code: Code
  /// For the person who reads the host's log.
  package let message: String
  /// What the server said, with the code `rejected`.
  package let failure: RemoteFailure?
  /// The error below, if there is one.
  package let cause: (any Error)?

  package init(code: Code, message: String, failure: RemoteFailure? = nil, cause: (any Error)? = nil) {
    (self.code, self.message, self.failure, self.cause) = (code, message, failure, cause)
  }

  package var description: String {
    cause.map { "\(message): \($0)" } ?? message
  }

  /// Whether the same call may succeed later without anybody's help.
  package var isWorthRetrying: Bool {
    switch code {
    case .unreachable, .timeout: true
    case .rejected: failure?.kind == .handlerFailed
    case .unauthorized, .malformed: false
    }
  }
}
