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
  /// Only decimal digits, `^[0-9]*$`.
  var isDigits = false
  var elements: [Schema] = []
  var hasUniqueElements = false
  var properties: [Property] = []
  var required: [String] = []
  /// What members that `properties` does not name must be; `nil` if there may be none.
  var others: [Schema]? = [Schema]()
  /// One of these must hold.
  var alternatives: [Schema] = []

  /// - Throws: `APIError` 400 for what is wrong nearest to the root, as `best_match` of `jsonschema` chooses.
  func check(_ value: JSONValue) throws(APIError) {
    var violations: [Violation] = []
    collect(value, at: [], into: &violations)
    guard let depth = violations.map(\.path.count).min(),
      let worst = violations.first(where: { $0.path.count == depth })
    else { return }
    guard let field = worst.path.last else { throw .badRequest(worst.message) }
    throw .badRequest(
      "Invalid input for field/attribute \(field). Value: \(worst.value.pythonString). \(worst.message)")
  }
}

struct Violation {
  var path: [String]
  var value: JSONValue
  var message: String
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
  static let metadata = Schema(kinds: [.object], others: [Schema(kinds: [.string], maximumCount: 255)])

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

extension JSONValue {
  /// Reads what ``Schema/boolean`` admits.
  var looseBool: Bool? {
    if let bool { return bool }
    return string.map { ["true", "1", "on", "yes"].contains($0.lowercased()) }
  }

  /// Reads what ``Schema/positiveInteger`` admits.
  var looseInteger: Int? { integer.map { Int($0) } ?? string.flatMap { Int($0) } }
}
