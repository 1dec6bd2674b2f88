/// Swift source with comments and string literals blanked out, line for line, so that a plain search finds only code.
///
/// It knows line and block comments and one-line, multi-line and raw string literals. What is interpolated into a literal
/// is blanked with it. It reads bytes: everything that matters is ASCII, and a test reads the whole project.
struct SwiftCode {
  /// The text with the same number of lines.
  var bare: String { String(decoding: output, as: UTF8.self) }

  private let input: [UInt8]
  private var output: [UInt8] = []
  private var position = 0

  init(_ text: String) {
    input = Array(text.utf8)
    output.reserveCapacity(input.count)
    while position < input.count { step() }
  }

  private mutating func step() {
    if starts(with: "//") {
      skip(to: "\n")
    } else if starts(with: "/*") {
      skip(to: "*/")
      position += 2
    } else if let hashes = literalHashes {
      output += Array("\"\"".utf8)
      literal(hashes: hashes)
    } else {
      output.append(input[position])
      position += 1
    }
  }

  /// How many `#` open the string literal that begins here; nil when none does.
  private var literalHashes: Int? {
    var end = position
    while end < input.count, input[end] == UInt8(ascii: "#") { end += 1 }
    return end < input.count && input[end] == UInt8(ascii: "\"") ? end - position : nil
  }

  private mutating func literal(hashes: Int) {
    position += hashes
    let quotes = starts(with: "\"\"\"") ? "\"\"\"" : "\""
    position += quotes.utf8.count
    let pounds = String(repeating: "#", count: hashes)
    let (end, interpolated) = (quotes + pounds, "\\" + pounds + "(")
    while position < input.count, !starts(with: end) {
      if starts(with: interpolated) {
        position += interpolated.utf8.count
        interpolation()
      } else {
        // What is escaped does not end the literal.
        if hashes == 0, input[position] == UInt8(ascii: "\\") { pass() }
        pass()
      }
    }
    position += end.utf8.count
  }

  /// Skips to the `)` that ends an interpolation, which may hold literals of its own.
  private mutating func interpolation() {
    var depth = 1
    while position < input.count, depth > 0 {
      if let hashes = literalHashes {
        literal(hashes: hashes)
      } else {
        if input[position] == UInt8(ascii: "(") { depth += 1 }
        if input[position] == UInt8(ascii: ")") { depth -= 1 }
        pass()
      }
    }
  }

  private mutating func skip(to end: String) {
    while position < input.count, !starts(with: end) { pass() }
  }

  /// Goes past one byte and keeps it only if it ends a line.
  private mutating func pass() {
    if position < input.count, input[position] == UInt8(ascii: "\n") { output.append(input[position]) }
    position += 1
  }

  private func starts(with text: String) -> Bool {
    var index = position
    for byte in text.utf8 {
      guard index < input.count, input[index] == byte else { return false }
      index += 1
    }
    return true
  }
}
