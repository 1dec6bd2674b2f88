/// A JSON value (RFC 8259) as a small tree.
///
/// Unlike what `Codable` makes of a body, `null` is not the same as absent: `object["name"]` is `nil` for a member that
/// is not there and `.null` for one that was sent as `null`, which is what an update of an OpenStack resource hangs on.
package enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// A number written without fraction or exponent that fits 64 bits.
  case integer(Int64)
  /// Any other number.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

/// The members of a JSON object in the order they were written; names are unique.
///
/// Bodies have a handful of members, so a look-up walks the list.
package struct JSONObject: Hashable, Sendable {
  /// A name and its value. A type of its own, because a tuple here makes the compiler see a circular reference.
  package struct Member: Hashable, Sendable {
    package var name: String
    package var value: JSONValue

    package init(name: String, value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  package private(set) var members: [Member]

  package init() {
    members = []
  }

  /// The members must have different names; the parser has judged that before.
  package init(members: [Member]) {
    self.members = members
  }

  package var isEmpty: Bool { members.isEmpty }
  package var names: [String] { members.map(\.name) }

  /// The member's value, `.null` included; `nil` if there is no such member. Setting `nil` removes it.
  package subscript(name: String) -> JSONValue? {
    get { members.first { $0.name == name }?.value }
    set {
      let index = members.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(Member(name: name, value: value))
      case (nil, nil): break
      }
    }
  }

  // Two objects with the same members are the same, whatever their order (RFC 8259, 4).
  package static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members.count == right.members.count && left.members.allSatisfy { right[$0.name] == $0.value }
  }

  package func hash(into hasher: inout Hasher) {
    for name in names.sorted() {
      hasher.combine(name)
      hasher.combine(self[name])
    }
  }
}

/// A value that has a JSON form, both ways.
package protocol JSONConvertible {
  /// - Throws: An error whose description tells the sender what is wrong with which member.
  init(json: JSONValue) throws

  var json: JSONValue { get }
}

extension JSONValue {
  package var isNull: Bool { self == .null }

  package var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The number, if it is whole.
  package var integer: Int64? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// The number, whole or not.
  package var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  package var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  package var array: [JSONValue]? {
    if case .array(let value) = self { value } else { nil }
  }

  package var object: JSONObject? {
    if case .object(let value) = self { value } else { nil }
  }

  /// The member of an object; `nil` if it is absent or this is not an object.
  package subscript(name: String) -> JSONValue? { object?[name] }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(nilLiteral: ()) { self = .null }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(floatLiteral value: Double) { self = .number(value) }
  package init(stringLiteral value: String) { self = .string(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

  /// A literal with the same name twice is a bug.
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    precondition(Set(elements.map(\.0)).count == elements.count, "an object's names are unique")
    self = .object(JSONObject(members: elements.map { JSONObject.Member(name: $0.0, value: $0.1) }))
  }

  package init(_ value: Int) { self = .integer(Int64(value)) }
  package init(_ value: String) { self = .string(value) }
  package init(_ value: Bool) { self = .bool(value) }

  /// The string, or `null`.
  package init(_ value: String?) { self = value.map(JSONValue.string) ?? .null }

  /// The number, or `null`.
  package init(_ value: Int?) { self = value.map { .integer(Int64($0)) } ?? .null }

  package init(_ values: [String]) { self = .array(values.map(JSONValue.string)) }
}

extension JSONValue: CustomStringConvertible {
  /// The value as UTF-8 text without white space.
  package var bytes: [UInt8] {
    var writer = JSONWriter()
    writer.value(self)
    return writer.bytes
  }

  package var description: String { String(decoding: bytes, as: UTF8.self) }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral members: (String, JSONValue)...) {
    self.init(members: members.map { Member(name: $0.0, value: $0.1) })
  }
}
