/// Why bytes are not the JSON that was asked for.
package struct JSONError: Error, Hashable, CustomStringConvertible {
  package enum Code: Hashable, Sendable {
    /// Not JSON by RFC 8259.
    case malformed
    /// Not UTF-8, or an escape that is half a surrogate pair.
    case badText
    /// An object with the same name twice: two readers could understand it differently.
    case duplicateName
    /// Nested deeper than the limit.
    case tooDeep
  }

  package let code: Code
  /// Where in the bytes, counted from 0.
  package let offset: Int
  package let message: String

  package var description: String { "\(message) at byte \(offset)" }
}

extension JSONValue {
  /// Parses one value with nothing but white space around it.
  ///
  /// - Parameter depth: How deep arrays and objects may be nested. The parser recurses, so this bounds its stack.
  package init(parsing bytes: some Collection<UInt8>, maximumDepth depth: Int = 32) throws(JSONError) {
    var parser = JSONParser(bytes: ContiguousArray(bytes))
    let value = try parser.value(depthLeft: depth)
    parser.skipWhiteSpace()
    guard parser.isAtEnd else { throw parser.error(.malformed, "there is more text after the value") }
    self = value
  }

  package init(parsing text: String, maximumDepth depth: Int = 32) throws(JSONError) {
    try self.init(parsing: text.utf8, maximumDepth: depth)
  }
}

/// A recursive-descent parser over bytes.
private struct JSONParser {
  let bytes: ContiguousArray<UInt8>
  var position = 0

  init(bytes: ContiguousArray<UInt8>) {
    self.bytes = bytes
  }

  var isAtEnd: Bool { position == bytes.count }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  func error(_ code: JSONError.Code, _ message: String) -> JSONError {
    JSONError(code: code, offset: position, message: message)
  }

  mutating func skipWhiteSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  mutating func value(depthLeft: Int) throws(JSONError) -> JSONValue {
    skipWhiteSpace()
    switch current {
    case UInt8(ascii: "{"): return .object(try object(depthLeft: depthLeft - 1))
    case UInt8(ascii: "["): return .array(try array(depthLeft: depthLeft - 1))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "-")?: return try number()
    case let byte? where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte): return try number()
    case nil: throw error(.malformed, "a value is missing")
    default: throw error(.malformed, "no value begins like this")
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    let end = position + text.utf8CodeUnitCount
    guard end <= bytes.count, String(decoding: bytes[position..<end], as: UTF8.self) == text.description else {
      throw error(.malformed, "this is no literal of JSON")
    }
    position = end
    return value
  }

  private mutating func object(depthLeft: Int) throws(JSONError) -> JSONObject {
    guard depthLeft >= 0 else { throw error(.tooDeep, "the value is nested too deep") }
    position += 1
    var members: [JSONObject.Member] = []
    skipWhiteSpace()
    if take(UInt8(ascii: "}")) { return JSONObject() }
    while true {
      skipWhiteSpace()
      guard current == UInt8(ascii: "\"") else { throw error(.malformed, "a member's name is missing") }
      let name = try string()
      skipWhiteSpace()
      guard take(UInt8(ascii: ":")) else { throw error(.malformed, "a colon is missing") }
      members.append(JSONObject.Member(name: name, value: try value(depthLeft: depthLeft)))
      skipWhiteSpace()
      if take(UInt8(ascii: ",")) { continue }
      guard take(UInt8(ascii: "}")) else { throw error(.malformed, "a comma or a closing brace is missing") }
      break
    }
    guard Self.namesAreUnique(members) else { throw error(.duplicateName, "an object has the same name twice") }
    return JSONObject(members: members)
  }

  private static func namesAreUnique(_ members: [JSONObject.Member]) -> Bool {
    // A set costs more than it saves for the few members that bodies have.
    guard members.count > 8 else {
      return members.indices.allSatisfy { index in !members[..<index].contains { $0.name == members[index].name } }
    }
    return Set(members.map(\.name)).count == members.count
  }

  private mutating func array(depthLeft: Int) throws(JSONError) -> [JSONValue] {
    guard depthLeft >= 0 else { throw error(.tooDeep, "the value is nested too deep") }
    position += 1
    var elements: [JSONValue] = []
    skipWhiteSpace()
    if take(UInt8(ascii: "]")) { return elements }
    while true {
      elements.append(try value(depthLeft: depthLeft))
      skipWhiteSpace()
      if take(UInt8(ascii: ",")) { continue }
      guard take(UInt8(ascii: "]")) else { throw error(.malformed, "a comma or a closing bracket is missing") }
      return elements
    }
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try digits() }
    var isInteger = true
    if take(UInt8(ascii: ".")) {
      isInteger = false
      try digits()
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isInteger = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let value = Int64(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else { throw error(.malformed, "a number is out of range") }
    return .number(value)
  }

  private mutating func digits() throws(JSONError) {
    let start = position
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    if position == start { throw error(.malformed, "a digit is missing") }
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
    guard current != UInt8(ascii: "\"") else {
      position += 1
      return try decoded(bytes.span.extracting(start..<position - 1))
    }
    var text = ContiguousArray(bytes[start..<position])
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return try decoded(text.span)
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw error(.malformed, "a control character stands in a string")
      default: text.append(byte)
      }
    }
    throw error(.malformed, "a string does not end")
  }

  private func decoded(_ text: Span<UInt8>) throws(JSONError) -> String {
    do {
      return String(copying: try UTF8Span(validating: text))
    } catch {
      throw self.error(.badText, "a string is not UTF-8")
    }
  }

  private mutating func escape(into text: inout ContiguousArray<UInt8>) throws(JSONError) {
    guard let byte = current else { throw error(.malformed, "a string does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: String(Character(try unicodeEscape())).utf8)
    default: throw error(.malformed, "this is no escape of JSON")
    }
  }

  /// The scalar of `\uXXXX`, or of a surrogate pair `\uD8XX\uDCXX`.
  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let first = try fourDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard (0xD800..<0xDC00).contains(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
      throw error(.badText, "half a surrogate pair stands alone")
    }
    let second = try fourDigits()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw error(.badText, "half a surrogate pair stands alone") }
    return scalar
  }

  private mutating func fourDigits() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Self.hexadecimalDigit(byte) else {
        throw error(.malformed, "an escape has four hexadecimal digits")
      }
      value = value << 4 | digit
      position += 1
    }
    return value
  }

  private static func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }
}
