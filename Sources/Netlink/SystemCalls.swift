import Glibc

/// The C library's words for an errno. glibc keeps them in a buffer of the thread's own.
func systemErrorText(_ code: Int32) -> String { String(cString: strerror(code)) }

/// A file descriptor that is closed when its owner goes.
struct OwnedFileDescriptor: ~Copyable, Sendable {
  let number: Int32

  init(_ number: Int32) {
    self.number = number
  }

  /// Takes the answer of one of CNetlink's functions, which is a descriptor or `-errno`.
  init(answer: Int32, operation: String, link: String? = nil) throws(NetlinkError) {
    guard answer >= 0 else { throw NetlinkError(code: -answer, operation: operation, link: link) }
    number = answer
  }

  deinit {
    // A failure of close on Linux has given the descriptor back all the same, and nobody could do anything about it.
    _ = close(number)
  }
}
