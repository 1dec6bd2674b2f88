/// A 128-bit identifier, written as RFC 4122 has it: 32 lower-case hexadecimal digits in groups of 8-4-4-4-12.
///
/// Networks, ports, instances and images are known by one. Projects and users are known by Keystone's form of it,
/// ``hex``, which is the same digits without the dashes.
package struct UUID: Hashable, Sendable {
  private let high: UInt64
  private let low: UInt64

  /// A new random identifier (version 4).
  package init() {
    var generator = SystemRandomNumberGenerator()
    self.init(using: &generator)
  }

  /// A random identifier (version 4) from a generator of the caller's, so that a test can repeat it.
  package init(using generator: inout some RandomNumberGenerator) {
    high = generator.next() & ~0xF000 | 0x4000
    low = generator.next() & ~(0b11 << 62) | (0b10 << 62)
  }

  /// Reads the canonical form, or the same digits without any dash, in either case. Anything else is `nil`.
  package init?(_ text: some StringProtocol) {
    // Copied first: walking a generic text's bytes one by one across modules costs forty times as much.
    let bytes = Array(text.utf8)
    guard bytes.count == 32 || bytes.count == 36 else { return nil }
    var digits = 0
    var parts: (UInt64, UInt64) = (0, 0)
    var dashes = 0
    for (offset, byte) in bytes.enumerated() {
      if byte == UInt8(ascii: "-") {
        guard offset == 8 || offset == 13 || offset == 18 || offset == 23 else { return nil }
        dashes += 1
        continue
      }
      guard let nibble = byte.hexadecimalDigit, digits < 32 else { return nil }
      if digits < 16 { parts.0 = parts.0 << 4 | UInt64(nibble) } else { parts.1 = parts.1 << 4 | UInt64(nibble) }
      digits += 1
    }
    guard digits == 32, dashes == 0 || dashes == 4 else { return nil }
    (high, low) = parts
  }

  /// The 32 digits without dashes, as Keystone writes ids.
  package var hex: String { String(decoding: digits(dashed: false), as: UTF8.self) }

  private func digits(dashed: Bool) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(36)
    for position in 0..<32 {
      if dashed, [8, 12, 16, 20].contains(position) { text.append(UInt8(ascii: "-")) }
      let word = position < 16 ? high : low
      text.append(UInt8(hexadecimalDigit: UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (position % 16)))))
    }
    return text
  }
}

extension UUID: CustomStringConvertible {
  /// The canonical form, 36 characters.
  package var description: String { String(decoding: digits(dashed: true), as: UTF8.self) }
}

extension UInt8 {
  /// The value of an ASCII hexadecimal digit of either case, else `nil`.
  package var hexadecimalDigit: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// The lower-case ASCII digit of the low four bits.
  package init(hexadecimalDigit value: UInt8) {
    let nibble = value & 0xF
    self = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
  }
}
