import JSON

extension JSONValue {
  /// The value as Python's `repr` writes it, because Nova's messages quote what they refuse in that form.
  var pythonText: String {
    switch self {
    case .null: "None"
    case .bool(let value): value ? "True" : "False"
    case .integer(let value): String(value)
    case .number(let value): value.description
    case .string(let text): text.pythonText
    case .array(let values): "[\(values.map(\.pythonText).joined(separator: ", "))]"
    case .object(let object):
      "{\(object.members.map { "\($0.name.pythonText): \($0.value.pythonText)" }.joined(separator: ", "))}"
    }
  }

  /// As `str`: text without quotes.
  var pythonString: String { string ?? pythonText }
}

extension String {
  /// In single quotes, or in double quotes if there is a single one inside, as Python's `repr` writes text.
  var pythonText: String {
    let quote: Character = contains("'") && !contains("\"") ? "\"" : "'"
    var text = String(quote)
    for character in unicodeScalars {
      switch character {
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\\": text += "\\\\"
      case "'" where quote == "'": text += "\\'"
      default: text.unicodeScalars.append(character)
      }
    }
    text.append(quote)
    return text
  }
}
