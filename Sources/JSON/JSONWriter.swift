/// Writes JSON text straight into bytes, without a tree between.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.object { port in
///   port.member("id", id)
///   port.member("fixed_ips") { $0.array { list in list.object { ... } } }
/// }
/// ```
/// The commas come by themselves. Lone values are written with ``value(_:)-(String)`` and its kin.
package struct JSONWriter {
  /// What has been written so far.
  package private(set) var bytes: [UInt8] = []
  private var needsComma = false

  package init(reservingCapacity capacity: Int = 0) {
    bytes.reserveCapacity(capacity)
  }

  /// Writes an object; `body` writes its members.
  package mutating func object<Failure: Error>(_ body: (inout JSONWriter) throws(Failure) -> Void) throws(Failure) {
    try enclosed(by: UInt8(ascii: "{"), UInt8(ascii: "}"), body)
  }

  /// Writes an array; `body` writes its elements.
  package mutating func array<Failure: Error>(_ body: (inout JSONWriter) throws(Failure) -> Void) throws(Failure) {
    try enclosed(by: UInt8(ascii: "["), UInt8(ascii: "]"), body)
  }

  /// Writes an array with one element written by `write` for each of `elements`.
  package mutating func array<Element>(
    _ elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void
  ) {
    array { list in
      for element in elements { write(&list, element) }
    }
  }

  /// Writes a member whose value `body` writes; it must write just one.
  package mutating func member<Failure: Error>(
    _ name: StaticString, _ body: (inout JSONWriter) throws(Failure) -> Void
  ) throws(Failure) {
    self.name(name)
    try body(&self)
  }

  /// Writes a member with a text, escaped as JSON wants it.
  package mutating func member(_ name: StaticString, _ value: String) {
    self.name(name)
    self.value(value)
  }

  /// Writes a member with an integer.
  package mutating func member(_ name: StaticString, _ value: Int) {
    self.name(name)
    self.value(value)
  }

  /// Writes a member with `true` or `false`.
  package mutating func member(_ name: StaticString, _ value: Bool) {
    self.name(name)
    self.value(value)
  }

  /// Writes `null` for `nil`: the member is there, as OpenStack's clients expect.
  package mutating func member(_ name: StaticString, _ value: String?) {
    self.name(name)
    if let value { self.value(value) } else { null() }
  }

  /// Writes a member with an integer, or `null` for `nil`.
  package mutating func member(_ name: StaticString, _ value: Int?) {
    self.name(name)
    if let value { self.value(value) } else { null() }
  }

  /// Writes a member whose value is JSON already, such as a column that holds JSON. The caller vouches for it.
  package mutating func member(_ name: StaticString, raw json: String) {
    self.name(name)
    raw(json.utf8)
  }

  /// Writes a member with a tree.
  package mutating func member(_ name: StaticString, _ value: JSONValue) {
    self.name(name)
    self.value(value)
  }

  /// A member whose name is data, such as a key of an instance's metadata.
  package mutating func member(named name: String, _ value: JSONValue) {
    separate()
    string(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
    self.value(value)
  }

  /// Writes `null` as the next element, or as the value of the member whose name was just written; as all of these do.
  package mutating func null() {
    separate()
    literal("null")
  }

  /// Writes `true` or `false`.
  package mutating func value(_ value: Bool) {
    separate()
    literal(value ? "true" : "false")
  }

  /// Writes an integer.
  package mutating func value(_ value: Int) { self.value(Int64(value)) }

  /// Writes an integer in decimal digits, all of them: it is never rounded to a floating-point number.
  package mutating func value(_ value: Int64) {
    separate()
    digits(value)
    needsComma = true
  }

  /// Writes the shortest decimal that reads back as the same number; JSON has no infinity and no NaN, they are `null`.
  package mutating func value(_ value: Double) {
    guard value.isFinite else { return null() }
    separate()
    bytes.append(contentsOf: value.description.utf8)
    needsComma = true
  }

  /// Writes a text in quotation marks, escaped.
  package mutating func value(_ value: String) {
    separate()
    string(value)
    needsComma = true
  }

  /// Writes a tree, its members in the order in which they stand.
  package mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let value): self.value(value)
    case .integer(let value): self.value(value)
    case .number(let value): self.value(value)
    case .string(let value): self.value(value)
    case .array(let elements): array(elements) { $0.value($1) }
    case .object(let object):
      self.object { writer in
        for member in object.members { writer.member(named: member.name, member.value) }
      }
    }
  }

  /// Writes text that is JSON already, such as a column that holds JSON. The caller vouches for it.
  package mutating func raw(_ json: String) { raw(json.utf8) }

  /// Writes bytes that are JSON already. The caller vouches for them.
  package mutating func raw(_ json: String.UTF8View) {
    separate()
    bytes.append(contentsOf: json)
    needsComma = true
  }

  /// Writes bytes that are JSON already. The caller vouches for them.
  package mutating func raw(_ json: some Sequence<UInt8>) {
    separate()
    bytes.append(contentsOf: json)
    needsComma = true
  }

  private mutating func enclosed<Failure: Error>(
    by opening: UInt8, _ closing: UInt8, _ body: (inout JSONWriter) throws(Failure) -> Void
  ) throws(Failure) {
    separate()
    bytes.append(opening)
    needsComma = false
    try body(&self)
    bytes.append(closing)
    needsComma = true
  }

  private mutating func name(_ name: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    literal(name)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
  }

  private mutating func literal(_ text: StaticString) {
    // The bytes are part of the program, so they cannot move or end while they are copied.
    text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    needsComma = true
  }

  private mutating func digits(_ value: Int64) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    var reversed: InlineArray<20, UInt8> = .init(repeating: 0)
    var count = 0
    repeat {
      reversed[count] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
      count += 1
    } while rest > 0
    while count > 0 {
      count -= 1
      bytes.append(reversed[count])
    }
  }

  private mutating func string(_ text: String) {
    let text = text.utf8.span
    guard Self.standsForItself(text) else { return escaped(text) }
    bytes.append(addingCapacity: text.count + 2) { output in
      output.append(UInt8(ascii: "\""))
      for index in 0..<text.count { output.append(text[index]) }
      output.append(UInt8(ascii: "\""))
    }
  }

  /// Whether no byte must be escaped. It looks at all of them without a branch, which the compiler makes a few
  /// instructions for every 16 bytes.
  private static func standsForItself(_ text: borrowing Span<UInt8>) -> Bool {
    var special: UInt8 = 0
    for index in 0..<text.count {
      let byte = text[index]
      special |= (byte < 0x20 ? 1 : 0) | (byte == UInt8(ascii: "\"") ? 1 : 0) | (byte == UInt8(ascii: "\\") ? 1 : 0)
    }
    return special == 0
  }

  private mutating func escaped(_ text: borrowing Span<UInt8>) {
    bytes.append(UInt8(ascii: "\""))
    for index in 0..<text.count { escaped(text[index]) }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
    case 0x0A: bytes.append(contentsOf: "\\n".utf8)
    case 0x0D: bytes.append(contentsOf: "\\r".utf8)
    case 0x09: bytes.append(contentsOf: "\\t".utf8)
    case 0..<0x20:
      bytes.append(contentsOf: "\\u00".utf8)
      for nibble in [byte >> 4, byte & 0xF] {
        bytes.append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10)
      }
    default: bytes.append(byte)
    }
  }
}
