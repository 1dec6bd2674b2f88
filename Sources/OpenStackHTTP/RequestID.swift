import Model

/// The names by which logs tell requests apart, as `oslo.middleware` has them: `req-` and a UUID.
package enum RequestID {
  /// A new one.
  package static func make() -> String { "req-\(UUID())" }

  /// The id that the calling service gave its own request; `nil` if it is none, since it goes into logs as it is.
  package static func global(_ text: String?) -> String? {
    guard let text, text.utf8.count == 40, text.hasPrefix("req-"), let uuid = UUID(text.dropFirst(4)),
      text == "req-\(uuid)"
    else { return nil }
    return text
  }
}
