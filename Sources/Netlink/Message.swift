import CNetlink

/// A request to rtnetlink while it is written: `nlmsghdr`, the fixed struct of its type, attributes.
struct Message {
  private(set) var bytes: [UInt8] = []

  /// Begins a message of a type such as `RTM_NEWLINK` with its fixed struct. The socket fills in length and sequence.
  init(type: Int, flags: Int32, body: some Any) {
    var header = nlmsghdr()
    header.nlmsg_type = UInt16(type)
    header.nlmsg_flags = UInt16(flags)
    append(header)
    append(body)
  }

  mutating func attribute(_ type: Int, _ value: some FixedWidthInteger) {
    nest(type) { $0.append(value) }
  }

  /// Text as the kernel wants it: with a NUL at its end.
  mutating func attribute(_ type: Int, text: String) {
    nest(type) { $0.bytes += Array(text.utf8) + [0] }
  }

  mutating func attribute(_ type: Int, bytes: [UInt8]) {
    nest(type) { $0.bytes += bytes }
  }

  /// An attribute whose payload `body` writes, other attributes for the most part.
  mutating func nest(_ type: Int, _ body: (inout Message) -> Void) {
    let start = bytes.count
    append(UInt16(0))
    append(UInt16(type))
    body(&self)
    set(UInt16(bytes.count - start), at: start)
    bytes += Array(repeating: 0, count: (4 - bytes.count % 4) % 4)
  }

  /// Appends the bytes of a C struct or an integer as they stand in memory.
  mutating func append(_ value: some Any) {
    withUnsafeBytes(of: value) { bytes += $0 }
  }

  /// Finishes the header.
  mutating func seal(sequence: UInt32) {
    set(UInt32(bytes.count), at: 0)
    set(sequence, at: 8)
  }

  private mutating func set(_ value: some FixedWidthInteger, at offset: Int) {
    withUnsafeBytes(of: value) { bytes.replaceSubrange(offset..<offset + $0.count, with: $0) }
  }
}
