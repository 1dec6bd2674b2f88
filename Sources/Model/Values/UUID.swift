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
    // Walking a generic text's bytes one by one across modules costs forty times as much.
    let text = String(text)
    self.init(ascii: text.utf8.span)
  }

  /// Reads the same forms from bytes, such as those of a column, without making a text of them.
  package init?(ascii text: borrowing Span<UInt8>) {
    switch text.count {
    case 32:
      guard let high = text.hexadecimalWord(at: 0, digits: 16), let low = text.hexadecimalWord(at: 16, digits: 16)
      else { return nil }
      (self.high, self.low) = (high, low)
    case 36:
      let dash = UInt8(ascii: "-")
      guard text[8] == dash, text[13] == dash, text[18] == dash, text[23] == dash,
        let first = text.hexadecimalWord(at: 0, digits: 8), let second = text.hexadecimalWord(at: 9, digits: 4),
        let third = text.hexadecimalWord(at: 14, digits: 4), let fourth = text.hexadecimalWord(at: 19, digits: 4),
        let fifth = text.hexadecimalWord(at: 24, digits: 12)
      else { return nil }
      high = first << 32 | second << 16 | third
      low = fourth << 48 | fifth
    default: return nil
    }
  }

  /// The 32 digits without dashes, as Keystone writes ids.
  package var hex: String {
    var line = ASCIILine()
    line.append(hexadecimal: high, width: 16)
    line.append(hexadecimal: low, width: 16)
    return line.text
  }
}

extension UUID: CustomStringConvertible {
  /// The canonical form, 36 characters.
  package var description: String {
    var line = ASCIILine()
    line.append(hexadecimal: high >> 32, width: 8)
    line.append("-")
    line.append(hexadecimal: high >> 16, width: 4)
    line.append("-")
    line.append(hexadecimal: high, width: 4)
    line.append("-")
    line.append(hexadecimal: low >> 48, width: 4)
    line.append("-")
    line.append(hexadecimal: low, width: 12)
    return line.text
  }
}

extension Span<UInt8> {
  /// The number that `digits` hexadecimal digits at `start` make; `nil` if one of them is none.
  fileprivate func hexadecimalWord(at start: Int, digits: Int) -> UInt64? {
    var word: UInt64 = 0
    var isRight = true
    // No branch for each digit: which of two kinds it is nobody can foretell.
    for position in start..<start + digits {
      let digit = self[position].hexadecimalDigitOrMore
      isRight = isRight && digit < 16
      word = word &<< 4 | UInt64(digit)
    }
    return isRight ? word : nil
  }
}
