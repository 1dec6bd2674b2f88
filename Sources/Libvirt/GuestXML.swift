/// What is looked up in the XML that libvirt writes of a guest.
///
/// It is no XML parser. libvirt's own writer puts every element on a line of its own, its attributes between
/// apostrophes and all text escaped, so a `<` is always markup and nothing a user names looks like it.
struct GuestXML {
  let text: Substring

  init(_ text: some StringProtocol) {
    self.text = Substring(text)
  }

  /// Each `<name ...> ... </name>` in it, in order. An element that holds nothing ends with its own tag. The elements
  /// asked for never hold one of their own kind.
  func elements(_ name: String) -> [GuestXML] {
    var (found, rest): ([GuestXML], Substring) = ([], text)
    while let start = Self.start(of: name, in: rest), let tagEnd = start.tag.lastIndex(of: ">") {
      let isEmpty = start.tag.dropLast().last == "/"
      let end = isEmpty ? tagEnd : start.rest.firstRange(of: "</\(name)>")?.upperBound
      guard let end else { break }
      found.append(GuestXML(rest[start.tag.startIndex..<max(end, tagEnd)]))
      rest = isEmpty ? start.rest : rest[end...]
    }
    return found
  }

  /// An attribute of the first element of that name; the element itself may be that.
  func attribute(_ attribute: String, of element: String) -> String? {
    guard let tag = Self.start(of: element, in: text)?.tag, let name = tag.firstRange(of: " \(attribute)='") else {
      return nil
    }
    let value = tag[name.upperBound...]
    return value.firstIndex(of: "'").map { Self.unescaped(value[..<$0]) }
  }

  /// The text in the first element of that name.
  func content(of element: String) -> String? {
    guard let rest = Self.start(of: element, in: text)?.rest else { return nil }
    return rest.firstRange(of: "</\(element)>").map { Self.unescaped(rest[..<$0.lowerBound]) }
  }

  /// The first tag of that name, from `<` to `>`, and what comes behind it.
  private static func start(of name: String, in text: Substring) -> (tag: Substring, rest: Substring)? {
    var rest = text
    while let range = rest.firstRange(of: "<\(name)") {
      guard let end = rest[range.upperBound...].firstIndex(of: ">") else { return nil }
      let tag = rest[range.lowerBound...end]
      let isWhole = [" ", "/", ">"].contains(rest[range.upperBound])
      rest = rest[rest.index(after: end)...]
      if isWhole { return (tag, rest) }
    }
    return nil
  }

  /// As libvirt writes text.
  static func escaped(_ text: String) -> String {
    entities.reversed().reduce(into: text) { $0.replace($1.character, with: $1.entity) }
  }

  private static func unescaped(_ text: Substring) -> String {
    entities.reduce(into: String(text)) { $0.replace($1.entity, with: $1.character) }
  }

  /// The ampersand is last to be read and first to be written.
  private static let entities: [(entity: String, character: String)] = [
    ("&lt;", "<"), ("&gt;", ">"), ("&apos;", "'"), ("&quot;", "\""), ("&amp;", "&"),
  ]
}
