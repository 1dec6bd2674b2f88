import Glibc

/// Small files of /proc, which shows those of the calling thread's network namespace.
package enum ProcFile {
  /// The text without the newline at its end; `nil` if it cannot be read.
  package static func read(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { _ = close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    guard count >= 0 else { return nil }
    var text = buffer[..<count]
    while text.last == UInt8(ascii: "\n") { text.removeLast() }
    return String(decoding: text, as: UTF8.self)
  }

  /// Writes a value; `false` if the kernel does not take it from this process.
  package static func write(_ value: String, to path: String) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { _ = close(descriptor) }
    let bytes = Array(value.utf8)
    return Glibc.write(descriptor, bytes, bytes.count) == bytes.count
  }
}
