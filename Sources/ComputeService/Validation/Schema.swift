import JSON
import Model
import OpenStackHTTP

/// As much of JSON Schema as the bodies of the Compute API need, refusing with the words of Python's `jsonschema`,
/// which are part of Nova's answers.
struct Schema: Sendable {
  enum Kind: String, Sendable {
    case object, array, string, integer, number, boolean, null
  }

  enum Format: String, Sendable {
    case uuid
    case name
    case base64
    case ipv4
    case ipv6
    case dateTime = "date-time"
    case regex
  }

  /// What a text, or the name of a member, must look like.
  struct Pattern: Sendable {
    /// Upstream's regular expression, which the refusal quotes.
    var text: String
    var matches: @Sendable (String) -> Bool
  }

  struct Property: Sendable {
    var name: String
    var schema: Schema
  }

  var kinds: [Kind] = []
  var choices: [JSONValue]?
  var minimum: Int?
  var maximum: Int?
  var minimumCount: Int?
  var maximumCount: Int?
  var format: Format?
  var minimumMembers: Int?
  var maximumMembers: Int?
  var pattern: Pattern?
  /// Only decimal digits, `^[0-9]*$`.
  var isDigits = false
  var elements: [Schema] = []
  var hasUniqueElements = false
  var properties: [Property] = []
  var required: [String] = []
  /// What members that `properties` does not name must be; `nil` if there may be none.
  var others: [Schema]? = [Schema]()
  /// What the names of members must look like that `properties` does not name.
  var otherNames: Pattern?
  /// One of these must hold.
  var alternatives: [Schema] = []

  /// - Throws: `APIError` 400 for the first thing that is wrong, as a validator of `jsonschema` meets it.
  func check(_ value: JSONValue) throws(APIError) {
    var violations: [Violation] = []
    collect(value, at: [], into: &violations)
    guard let first = violations.first else { return }
    guard let field = first.path.last, !first.isWholeMessage else { throw .badRequest(first.message) }
    throw .badRequest(
      "Invalid input for field/attribute \(field). Value: \(first.value.pythonString). \(first.message)")
  }
}

struct Violation {
  var path: [String]
  var value: JSONValue
  var message: String
  /// The message says all, and is not put behind the field's name and value.
  var isWholeMessage = false
}

extension Schema {
  static let text = Schema(kinds: [.string])
  static let uuid = Schema(kinds: [.string], format: .uuid)
  static let name = Schema(kinds: [.string], minimumCount: 1, maximumCount: 255, format: .name)
  static let positiveInteger = Schema(kinds: [.integer, .string], minimum: 1, isDigits: true)
  static let nonNegativeInteger = Schema(kinds: [.integer, .string], minimum: 0, isDigits: true)
  static let boolean = Schema(
    kinds: [.boolean, .string],
    choices: [
      true, "True", "TRUE", "true", "1", "ON", "On", "on", "YES", "Yes", "yes", false, "False", "FALSE", "false", "0",
      "OFF", "Off", "off", "NO", "No", "no",
    ])
  static let metadata = Schema(
    kinds: [.object], others: [Schema(kinds: [.string], maximumCount: 255)],
    otherNames: Pattern(text: "^[a-zA-Z0-9-_:. ]{1,255}$") {
      (1...255).contains($0.utf8.count) && $0.utf8.allSatisfy { $0.isLetterOrDigit || "-_:. ".utf8.contains($0) }
    })
  static let address = Schema(
    kinds: [.string], alternatives: [Schema(kinds: [.string], format: .ipv4), Schema(kinds: [.string], format: .ipv6)])
  static let ipv4 = Schema(kinds: [.string], format: .ipv4)
  static let ipv6 = Schema(kinds: [.string], format: .ipv6)
  static let diskConfig = Schema(kinds: [.string], choices: ["AUTO", "MANUAL"])
  static let description = Schema(
    kinds: [.string, .null], maximumCount: 255,
    pattern: Pattern(text: "^[printable]*$") { $0.unicodeScalars.allSatisfy(\.isPrintable) })
  /// The name of a host or a domain.
  static let fqdn = Schema(
    kinds: [.string], minimumCount: 1, maximumCount: 255,
    pattern: Pattern(text: "^[a-zA-Z0-9-._]*$") {
      $0.utf8.allSatisfy { $0.isLetterOrDigit || "-._".utf8.contains($0) }
    })
  static let hostname = Schema(
    kinds: [.string], minimumCount: 2, maximumCount: 63,
    pattern: Pattern(text: "^[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+$") { text in
      text.utf8.count > 1 && text.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }
        && text.utf8.first != UInt8(ascii: "-") && text.utf8.last != UInt8(ascii: "-")
    })
  static let tag = Schema(
    kinds: [.string], minimumCount: 1, maximumCount: 60,
    pattern: Pattern(text: "^[^,/]*$") { !$0.utf8.contains { ",/".utf8.contains($0) } })
  static let nameOrNull = Schema(alternatives: [
    Schema(kinds: [.string], minimumCount: 1, maximumCount: 255), Schema(kinds: [.null]),
  ])
  static let userData = Schema(kinds: [.string], maximumCount: 65535, format: .base64)

  static func text(upTo length: Int, isNullable: Bool = false) -> Schema {
    Schema(kinds: isNullable ? [.string, .null] : [.string], maximumCount: length)
  }

  static func object(_ properties: [Property], required: [String] = [], others: [Schema]? = nil) -> Schema {
    Schema(kinds: [.object], properties: properties, required: required, others: others)
  }

  static func list(
    of element: Schema, atLeast minimum: Int? = nil, atMost maximum: Int? = nil, unique: Bool = false
  ) -> Schema {
    Schema(
      kinds: [.array], minimumCount: minimum, maximumCount: maximum, elements: [element], hasUniqueElements: unique)
  }
}

extension Schema.Property {
  init(_ name: String, _ schema: Schema) {
    self.init(name: name, schema: schema)
  }
}

extension UInt8 {
  var isLetterOrDigit: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"):
      true
    default: false
    }
  }
}

extension Unicode.Scalar {
  /// Neither a control character or one that has no shape, nor a space that breaks the line.
  var isPrintable: Bool {
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}

extension JSONValue {
  /// Reads what ``Schema/boolean`` admits.
  var looseBool: Bool? {
    if let bool { return bool }
    return string.map { ["true", "1", "on", "yes"].contains($0.lowercased()) }
  }

  /// Reads what ``Schema/positiveInteger`` admits.
  var looseInteger: Int? { integer.map { Int($0) } ?? string.flatMap { Int($0) } }
}
