import JSON
import Model

extension Schema {
  /// Appends every violation in the order in which `jsonschema` meets them.
  func collect(_ value: JSONValue, at path: [String], into violations: inout [Violation]) {
    func violate(_ message: String) { violations.append(Violation(path: path, value: value, message: message)) }
    if !kinds.isEmpty, !kinds.contains(where: { value.isKind($0) }) {
      violate("\(value.pythonText) is not of type \(kinds.map { $0.rawValue.pythonText }.joined(separator: ", "))")
    }
    if let choices, !choices.contains(value) {
      violate("\(value.pythonText) is not one of [\(choices.map(\.pythonText).joined(separator: ", "))]")
    }
    if !alternatives.isEmpty, !alternatives.contains(where: { $0.admits(value) }) {
      violate("\(value.pythonText) is not valid under any of the given schemas")
    }
    switch value {
    case .string(let text):
      if let format, let message = format.complaint(about: text) {
        violations.append(Violation(path: path, value: value, message: message, isWholeMessage: format == .name))
      }
      for message in complaints(about: text) { violate(message) }
    case .integer(let number): for message in complaints(about: Int(number)) { violate(message) }
    case .array(let elements):
      for message in complaints(about: elements) { violate(message) }
      if let schema = self.elements.first {
        for (index, element) in elements.enumerated() {
          schema.collect(element, at: path + [String(index)], into: &violations)
        }
      }
    case .object(let object): collect(object, of: value, at: path, into: &violations)
    case .null, .bool, .number: break
    }
  }

  private func admits(_ value: JSONValue) -> Bool {
    var violations: [Violation] = []
    collect(value, at: [], into: &violations)
    return violations.isEmpty
  }

  private func collect(
    _ object: JSONObject, of value: JSONValue, at path: [String], into violations: inout [Violation]
  ) {
    for property in properties {
      guard let member = object[property.name] else { continue }
      property.schema.collect(member, at: path + [property.name], into: &violations)
    }
    var unexpected: [String] = []
    for member in object.members where !properties.contains(where: { $0.name == member.name }) {
      if let others, otherNames?.matches(member.name) ?? true {
        for schema in others { schema.collect(member.value, at: path + [member.name], into: &violations) }
      } else {
        unexpected.append(member.name.pythonText)
      }
    }
    for name in required where object[name] == nil {
      violations.append(Violation(path: path, value: value, message: "\(name.pythonText) is a required property"))
    }
    if let minimumMembers, object.members.count < minimumMembers {
      violations.append(
        Violation(path: path, value: value, message: "\(value.pythonText) does not have enough properties"))
    }
    if let maximumMembers, object.members.count > maximumMembers {
      violations.append(Violation(path: path, value: value, message: "\(value.pythonText) has too many properties"))
    }
    if !unexpected.isEmpty {
      violations.append(Violation(path: path, value: value, message: complaint(aboutMembers: unexpected)))
    }
  }

  private func complaint(aboutMembers names: [String]) -> String {
    if let otherNames {
      let verb = names.count == 1 ? "does" : "do"
      let pattern = otherNames.text.pythonText
      return "\(names.sorted().joined(separator: ", ")) \(verb) not match any of the regexes: \(pattern)"
    }
    let verb = names.count == 1 ? "was" : "were"
    return "Additional properties are not allowed (\(names.joined(separator: ", ")) \(verb) unexpected)"
  }

  private func complaints(about text: String) -> [String] {
    var messages: [String] = []
    let quoted = text.pythonText
    if let minimumCount, text.unicodeScalars.count < minimumCount { messages.append("\(quoted) is too short") }
    if let maximumCount, text.unicodeScalars.count > maximumCount { messages.append("\(quoted) is too long") }
    if isDigits, !text.utf8.allSatisfy({ (48...57).contains($0) }) {
      messages.append("\(quoted) does not match '^[0-9]*$'")
    } else if isDigits, let number = Int(text) {
      messages += complaints(about: number)
    } else if isDigits {
      messages.append("\(quoted) is too short")
    }
    // As upstream's validator, which compares numbers that are written as text, too.
    if !isDigits, minimum ?? maximum != nil, let number = Int(text) { messages += complaints(about: number) }
    if let pattern, !pattern.matches(text) { messages.append("\(quoted) does not match \(pattern.text.pythonText)") }
    return messages
  }

  private func complaints(about number: Int) -> [String] {
    if let minimum, number < minimum { return ["\(number) is less than the minimum of \(minimum)"] }
    if let maximum, number > maximum { return ["\(number) is greater than the maximum of \(maximum)"] }
    return []
  }

  private func complaints(about elements: [JSONValue]) -> [String] {
    let quoted = JSONValue.array(elements).pythonText
    var messages: [String] = []
    if let minimumCount, elements.count < minimumCount { messages.append("\(quoted) is too short") }
    if let maximumCount, elements.count > maximumCount { messages.append("\(quoted) is too long") }
    if hasUniqueElements, Set(elements).count != elements.count { messages.append("\(quoted) has non-unique elements") }
    return messages
  }
}

extension Schema.Format {
  fileprivate func complaint(about text: String) -> String? {
    switch self {
    case .uuid: return UUID(text) == nil ? "\(text.pythonText) is not a 'uuid'" : nil
    case .ipv4: return IPv4Address(text) == nil ? "\(text.pythonText) is not a 'ipv4'" : nil
    case .ipv6: return IPv6Address(text) == nil ? "\(text.pythonText) is not a 'ipv6'" : nil
    case .dateTime: return Timestamp(text) == nil ? "\(text.pythonText) is not a 'date-time'" : nil
    case .regex: return TextPattern(text) == nil ? "\(text.pythonText) is not a 'regex'" : nil
    case .base64: return Base64.decoded(text) != nil ? nil : "\(text.pythonText) is not a 'base64'"
    case .name:
      let isGood =
        text.unicodeScalars.first?.properties.isWhitespace != true
        && text.unicodeScalars.last?.properties.isWhitespace != true && text.unicodeScalars.allSatisfy(\.isPrintable)
      return isGood
        ? nil
        : "An invalid 'name' value was provided. The name must be: printable characters. "
          + "Can not start or end with whitespace."
    }
  }
}

extension JSONValue {
  fileprivate func isKind(_ kind: Schema.Kind) -> Bool {
    switch (self, kind) {
    case (.object, .object), (.array, .array), (.string, .string), (.integer, .integer), (.integer, .number),
      (.number, .number), (.bool, .boolean), (.null, .null):
      true
    default: false
    }
  }
}
