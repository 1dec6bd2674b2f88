import CNetlink

/// One message from the kernel: its header's type and flags, and the rest.
struct Answer {
  let type: Int
  let flags: Int
  let sequence: UInt32
  let payload: ArraySlice<UInt8>

  /// The messages of one datagram. What does not fit into it is dropped: the kernel never cuts a message in two.
  static func all(in datagram: [UInt8]) -> [Answer] {
    var answers: [Answer] = []
    var rest = datagram[...]
    while let header = rest.value(nlmsghdr.self) {
      let length = Int(header.nlmsg_len)
      guard length >= MemoryLayout<nlmsghdr>.size, length <= rest.count else { break }
      let end = rest.startIndex + length
      answers.append(
        Answer(
          type: Int(header.nlmsg_type), flags: Int(header.nlmsg_flags), sequence: header.nlmsg_seq,
          payload: rest[(rest.startIndex + MemoryLayout<nlmsghdr>.size)..<end]))
      rest = rest[min(rest.startIndex + (length + 3) & ~3, rest.endIndex)...]
    }
    return answers
  }

  /// The attributes that follow a fixed struct of `size` bytes.
  func attributes(after size: Int) -> Attributes {
    Attributes(payload.dropFirst((size + 3) & ~3))
  }
}

/// Attributes of a message or of another attribute, looked up by their type.
struct Attributes {
  private var payloads: [Int: ArraySlice<UInt8>] = [:]

  init(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while let header = rest.value(rtattr.self) {
      let length = Int(header.rta_len)
      guard length >= MemoryLayout<rtattr>.size, length <= rest.count else { break }
      // The two highest bits are flags (NLA_F_NESTED, NLA_F_NET_BYTEORDER).
      payloads[Int(header.rta_type) & 0x3FFF] =
        rest[(rest.startIndex + MemoryLayout<rtattr>.size)..<(rest.startIndex + length)]
      rest = rest[min(rest.startIndex + (length + 3) & ~3, rest.endIndex)...]
    }
  }

  func integer<T: FixedWidthInteger & BitwiseCopyable>(_ type: Int, as: T.Type = T.self) -> T? {
    payloads[type]?.value(T.self)
  }

  func bytes(_ type: Int) -> ArraySlice<UInt8>? { payloads[type] }

  func text(_ type: Int) -> String? {
    payloads[type].map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  func nested(_ type: Int) -> Attributes? { payloads[type].map(Attributes.init) }
}

extension ArraySlice<UInt8> {
  /// A C struct or integer of these first bytes; `nil` if they are too few. Only for types that any bytes are a value of.
  func value<T: BitwiseCopyable>(_ type: T.Type) -> T? {
    guard count >= MemoryLayout<T>.size else { return nil }
    return withUnsafeBytes { $0.loadUnaligned(as: T.self) }
  }
}
