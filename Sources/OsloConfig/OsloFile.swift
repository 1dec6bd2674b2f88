/// What one oslo.config file says: the values of every option in the order of the lines.
///
/// The form is that of `oslo_config/iniparser.py`: `[section]`, `option = value` or `option: value`, comments that begin a
/// line with `#` or `;`, lines that begin with a blank and go on with the value before (joined with a newline), a pair of
/// quotes around a value taken away. A section may come twice, an option too; unknown ones are no error. Interpolation
/// (`$other_option`) is not done: the text stays as it is.
package struct OsloFile: Hashable, Sendable {
  /// One value and the place it stands at.
  package struct Value: Hashable, Sendable {
    package var text: String
    /// `file:line`
    package let origin: String
  }

  /// Every value given for an option, the last one last. Most options take the last, multi-valued ones take all.
  package private(set) var values: [OptionName: [Value]] = [:]

  /// Reads `text`, which came from the file `path`. The error names path and line.
  package init(path: String, text: String) throws(OsloConfigError) {
    var section: String?
    var assignment: (name: OptionName, value: Value)?
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (offset, line) in lines.enumerated() {
      let origin = "\(path):\(offset + 1)"
      if let first = line.first, first == " " || first == "\t", line.contains(where: { !$0.isWhitespace }) {
        guard assignment != nil else { throw .malformed("the value that this line goes on with is missing", origin) }
        assignment?.value.text += "\n" + Self.trimmed(line)
        continue
      }
      if let (name, value) = assignment { values[name, default: []].append(Self.finished(value)) }
      assignment = nil
      let content = Self.trimmed(line)
      if content.isEmpty || content.hasPrefix("#") || content.hasPrefix(";") { continue }
      if content.hasPrefix("[") {
        section = try Self.sectionName(content, origin)
      } else {
        assignment = try Self.assignment(content, in: section, origin)
      }
    }
    if let (name, value) = assignment { values[name, default: []].append(Self.finished(value)) }
  }

  private static func sectionName(_ line: String, _ origin: String) throws(OsloConfigError) -> String {
    guard line.hasSuffix("]") else { throw .malformed("a section must end with ]: \(line)", origin) }
    let name = String(line.dropFirst().dropLast())
    guard !name.isEmpty else { throw .malformed("a section needs a name", origin) }
    return name
  }

  private static func assignment(
    _ line: String, in section: String?, _ origin: String
  ) throws(OsloConfigError) -> (OptionName, Value) {
    guard let separator = line.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
      throw .malformed("neither a section nor an assignment with = or : : \(line)", origin)
    }
    let key = trimmed(line[..<separator])
    guard !key.isEmpty else { throw .malformed("an assignment needs a name before the \(line[separator])", origin) }
    guard let section else { throw .malformed("a section such as [DEFAULT] must come before \(key)", origin) }
    let value = Value(text: trimmed(line[line.index(after: separator)...]), origin: origin)
    return (OptionName(group: section, option: key), value)
  }

  /// The value without the quotes around it. Only a value of one line can have them.
  private static func finished(_ value: Value) -> Value {
    guard value.text.count >= 2, let quote = value.text.first, quote == "\"" || quote == "'", value.text.last == quote,
      !value.text.contains("\n")
    else { return value }
    return Value(text: String(value.text.dropFirst().dropLast()), origin: value.origin)
  }

  static func trimmed(_ text: some StringProtocol) -> String {
    var rest = Substring(text)
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}

extension OsloConfigError {
  fileprivate static func malformed(_ message: String, _ origin: String) -> OsloConfigError {
    OsloConfigError(.malformedLine, origin: origin, message: message)
  }
}
