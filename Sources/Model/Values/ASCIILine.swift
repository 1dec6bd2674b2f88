/// A short line of ASCII under construction: what ids, addresses and times are written with.
///
/// It lives on the stack, since such lines are written for every member of every answer.
struct ASCIILine {
  private var bytes = InlineArray<40, UInt8>(repeating: 0)
  private var count = 0

  /// The line as text.
  var text: String {
    do {
      return String(copying: try UTF8Span(validating: bytes.span.extracting(0..<count)))
    } catch {
      preconditionFailure("ASCII is UTF-8")
    }
  }

  mutating func append(_ character: Unicode.Scalar) {
    bytes[count] = UInt8(ascii: character)
    count += 1
  }

  /// Writes the lower `width` hexadecimal digits of `word`, in lower case.
  mutating func append(hexadecimal word: UInt64, width: Int) {
    var rest = word
    for place in (count..<count + width).reversed() {
      bytes[place] = UInt8(hexadecimalDigit: UInt8(truncatingIfNeeded: rest))
      rest &>>= 4
    }
    count += width
  }

  /// Writes a number below 100 in two decimal digits.
  mutating func append(twoDigitsOf value: Int64) {
    let number = UInt8(truncatingIfNeeded: value)
    bytes[count] = UInt8(ascii: "0") &+ number / 10
    bytes[count + 1] = UInt8(ascii: "0") &+ number % 10
    count += 2
  }

  /// Writes a number in at least `width` decimal digits.
  mutating func append(_ value: Int64, width: Int) {
    if value < 0 { append("-") }
    let magnitude = value.magnitude
    var digits = 1
    var rest = magnitude / 10
    while rest > 0 {
      digits += 1
      rest /= 10
    }
    digits = max(digits, width)
    rest = magnitude
    for place in (count..<count + digits).reversed() {
      bytes[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    count += digits
  }
}

extension UInt8 {
  /// The value of an ASCII hexadecimal digit of either case, else `nil`.
  package var hexadecimalDigit: UInt8? {
    let value = hexadecimalDigitOrMore
    return value < 16 ? value : nil
  }

  /// The value of an ASCII hexadecimal digit of either case; 16 or more for any other byte.
  var hexadecimalDigitOrMore: UInt8 {
    let number = self &- UInt8(ascii: "0")
    // The letters of both cases differ in this bit alone.
    let letter = (self | 0x20) &- UInt8(ascii: "a")
    return number < 10 ? number : letter < 6 ? letter &+ 10 : 16
  }

  /// The lower-case ASCII digit of the low four bits.
  package init(hexadecimalDigit value: UInt8) {
    let nibble = value & 0xF
    // 1 for what is written as a letter: there is no branch in it, since ids are random.
    let isLetter = (nibble &+ 6) &>> 4
    self = UInt8(ascii: "0") &+ nibble &+ isLetter &* (UInt8(ascii: "a") &- 10 &- UInt8(ascii: "0"))
  }
}
