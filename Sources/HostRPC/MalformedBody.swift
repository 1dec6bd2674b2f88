import JSON

/// A body whose member is missing or of the wrong type.
package struct MalformedBody: Error, Hashable, CustomStringConvertible {
  /// The member's path, such as `instance.networks[0].port_id`; empty for the body itself.
  package let member: String
  /// What is wrong with it, for the sender.
  package let description: String

  init(member: String, expected: String, found: JSONValue) {
    self.member = member
    let subject = member.isEmpty ? "the body" : "'\(member)'"
    description = "\(subject) must be \(expected), not \(found.kind)"
  }

  init(missing member: String) {
    self.member = member
    description = "'\(member)' is missing"
  }
}

extension JSONValue {
  /// The value's type in words; the value itself stays out of messages, for it may be long or secret.
  fileprivate var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .integer: "an integer"
    case .number: "a number"
    case .string(let text): text.utf8.count <= 64 ? "\"\(text)\"" : "a string of \(text.utf8.count) bytes"
    case .array: "a list"
    case .object: "an object"
    }
  }
}
