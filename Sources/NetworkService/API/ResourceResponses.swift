import Hummingbird
import JSON
import Model
import OpenStackHTTP

extension Request {
  /// What the answer to a GET of one resource shows.
  func view(for caller: NetworkCaller) -> ResourceView {
    // Most requests have no query, and then there is nothing to read.
    guard uri.query != nil else { return ResourceView(for: caller) }
    return ResourceView(fields: queryString.values("fields").filter { !$0.isEmpty }, for: caller)
  }
}

extension Response {
  /// `{"port": {...}}`
  static func one(_ name: StaticString, _ write: (inout JSONWriter) -> Void) -> Response {
    .json { writer in writer.object { $0.member(name) { write(&$0) } } }
  }

  /// 201 with what was made, in the form in which it was asked for.
  static func created<Element>(
    _ elements: [Element], _ body: CreationBody, name: StaticString, collection: StaticString,
    _ write: (inout JSONWriter, Element) -> Void
  ) -> Response {
    .json(status: .created, capacity: 1024 * elements.count) { writer in
      writer.object { object in
        switch body {
        case .one: object.member(name) { for element in elements { write(&$0, element) } }
        case .many: object.member(collection) { $0.array(elements, write) }
        }
      }
    }
  }
}

extension ListParameters {
  /// Whether a filter asks for another value than the only one there is of an attribute.
  func excludesEverything(_ name: String, shown value: String) -> Bool {
    values(of: name).map { !$0.contains(value) } ?? false
  }
}
