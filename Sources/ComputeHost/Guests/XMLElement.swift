/// An XML element to be written. Text and attribute values are escaped, so nothing a user names can become markup.
package struct XMLElement: Hashable, Sendable {
  package var name: String
  package var attributes: [Attribute]
  package var content: Content

  package struct Attribute: Hashable, Sendable {
    package var name: String
    package var value: String
  }

  package indirect enum Content: Hashable, Sendable {
    case text(String)
    case elements([XMLElement])
  }

  /// An element with attributes, in the order given, and elements in it.
  package init(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ elements: [XMLElement] = []
  ) {
    self.name = name
    self.attributes = attributes.map { Attribute(name: $0.key, value: $0.value) }
    content = .elements(elements)
  }

  /// An element with text in it.
  package init(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String) {
    self.name = name
    self.attributes = attributes.map { Attribute(name: $0.key, value: $0.value) }
    content = .text(text)
  }

  /// The element as text, one element a line.
  package var text: String {
    var lines: [String] = []
    write(indent: "", to: &lines)
    return lines.joined(separator: "\n") + "\n"
  }

  private func write(indent: String, to lines: inout [String]) {
    let attributes = attributes.map { " \($0.name)='\(Self.escaped($0.value))'" }.joined()
    switch content {
    case .text(let text):
      lines.append("\(indent)<\(name)\(attributes)>\(Self.escaped(text))</\(name)>")
    case .elements(let elements) where elements.isEmpty:
      lines.append("\(indent)<\(name)\(attributes)/>")
    case .elements(let elements):
      lines.append("\(indent)<\(name)\(attributes)>")
      for element in elements { element.write(indent: indent + "  ", to: &lines) }
      lines.append("\(indent)</\(name)>")
    }
  }

  /// Markup becomes entities; the control characters that XML 1.0 has no form for become U+FFFD.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&apos;"
      // As they are, a parser would make spaces of them in an attribute.
      case "\t", "\n", "\r": escaped += "&#\(scalar.value);"
      case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
