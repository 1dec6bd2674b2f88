import JSON
import OpenStackHTTP

extension QueryString {
  /// A page's size: `limit`, but not more than `most`. Zero is a page of none.
  ///
  /// - Throws: `APIError` 400 for what is no number.
  func pageLimit(atMost most: Int) throws(APIError) -> Int { min(try number("limit") ?? most, most) }

  /// The number under a name; `nil` if there is none.
  ///
  /// - Throws: `APIError` 400 for what is no number from 0.
  func number(_ name: String) throws(APIError) -> Int? {
    guard let text = self[name] else { return nil }
    guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else {
      throw .badRequest(
        "Invalid input for query parameters \(name). Value: \(text). \(text.pythonText) does not match '^[0-9]*$'")
    }
    return Int(text) ?? .max
  }

  /// Refuses parameters that a resource does not have, as it does from a microversion on.
  func check(_ names: Set<String>, from minor: Int, _ version: Microversion) throws(APIError) {
    guard version >= Microversion(2, minor) else { return }
    let unknown = items.map(\.name).filter { !names.contains($0) }
    guard !unknown.isEmpty else { return }
    let verb = unknown.count == 1 ? "was" : "were"
    throw .badRequest(
      "Additional properties are not allowed (\(unknown.map(\.pythonText).joined(separator: ", ")) \(verb) unexpected)")
  }

  /// The URL of the page after this one.
  func nextPage(_ url: String, marker: String) -> String {
    let kept = items.filter { $0.name != "marker" }
      .map { "\(QueryString.encoded($0.name))=\(QueryString.encoded($0.value))" }
    return "\(url)?\((kept + ["marker=\(QueryString.encoded(marker))"]).joined(separator: "&"))"
  }
}
