import JSON
import OpenStackHTTP

/// The tags of a resource: each once, in order, as the database keeps them and the API shows them.
struct TagList: Hashable, Sendable {
  /// Upstream's limits (`neutron/extensions/tagging.py`).
  static let longestTag = 255
  static let mostTags = 50

  private(set) var tags: [String]

  init(_ tags: some Sequence<String>) {
    self.tags = Set(tags).sorted()
  }

  /// Reads the text of a column.
  init(stored text: String) throws(JSONError) {
    tags = try JSONValue(parsing: text).array?.compactMap(\.string) ?? []
  }

  /// Reads the body of a PUT or POST: `{"tags": ["a", "b"]}`.
  ///
  /// - Throws: `APIError` 400 `InvalidInput`.
  init(body: JSONValue) throws {
    guard let value = body["tags"] else { throw APIError.invalidInput("Invalid tags body") }
    guard let elements = value.array else { throw APIError.invalidInput("'\(pythonString(value))' is not a list") }
    var seen: Set<JSONValue> = []
    let twice = elements.filter { !seen.insert($0).inserted }
    guard twice.isEmpty else {
      let list = Set(twice.map(pythonString)).sorted().joined(separator: ", ")
      throw APIError.invalidInput("Duplicate items in the list: '\(list)'")
    }
    self.init(try elements.map { try Self.checked($0) })
  }

  /// - Throws: `APIError` 400 `InvalidInput` for what cannot be a tag.
  static func checked(_ value: JSONValue) throws -> String {
    guard let tag = value.string else { throw APIError.invalidInput("'\(pythonString(value))' is not a valid string") }
    guard tag.unicodeScalars.count <= longestTag else {
      throw APIError.invalidInput("'\(tag)' exceeds maximum length of \(longestTag)")
    }
    return tag
  }

  /// - Throws: `APIError` 400 if there are too many.
  func checkCount(of collection: String) throws {
    guard tags.count <= Self.mostTags else {
      throw APIError.badRequest(
        "Bad \(collection) request: The number of tags exceed the per-resource limit of \(Self.mostTags).",
        type: "BadRequest")
    }
  }

  func contains(_ tag: String) -> Bool { tags.contains(tag) }

  func union(_ other: TagList) -> TagList { TagList(tags + other.tags) }

  func removing(_ tag: String) -> TagList { TagList(tags.filter { $0 != tag }) }

  /// The text of the column.
  var stored: String { json.description }

  var json: JSONValue { .array(tags.map { .string($0) }) }
}
