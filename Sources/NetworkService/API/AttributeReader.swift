import JSON
import Model
import OpenStackHTTP

/// Reads the values of attributes out of a body with upstream's conversions and wording
/// (`neutron_lib/api/validators` and `converters`). `nil` means that the attribute was not sent.
struct AttributeReader {
  let body: JSONObject

  init(_ body: JSONObject) {
    self.body = body
  }

  func has(_ name: String) -> Bool { body[name] != nil }

  /// Whether the attribute was sent as `null`.
  func isNull(_ name: String) -> Bool { body[name] == .null }

  /// A text of at most `limit` characters. `null` is empty if `nullIsEmpty`.
  func text(_ name: String, limit: Int = 255, nullIsEmpty: Bool = false) throws -> String? {
    guard let value = body[name] else { return nil }
    if nullIsEmpty, value.isNull { return "" }
    guard let text = value.string else { throw invalid(name, "is not a valid string") }
    guard text.unicodeScalars.count <= limit else {
      throw APIError.invalidAttribute(name, "'\(text)' exceeds maximum length of \(limit)")
    }
    return text
  }

  func bool(_ name: String) throws -> Bool? {
    guard let value = body[name] else { return nil }
    switch value {
    case .bool(let value): return value
    default:
      guard let truth = ListRules.bool(pythonString(value)) else {
        throw APIError.invalidInput("'\(pythonString(value))' cannot be converted to boolean")
      }
      return truth
    }
  }

  /// A whole number as Python's `int` reads it: parts are cut off, and text is read.
  func integer(_ name: String) throws -> Int? {
    guard let value = body[name] else { return nil }
    switch value {
    case .integer(let number): return Int(number)
    case .bool(let truth): return truth ? 1 : 0
    case .number(let number):
      if let whole = Int(exactly: number.rounded(.towardZero)) { return whole }
    case .string(let text):
      if let number = Int(text.trimmingSpaces()) { return number }
    default: break
    }
    throw APIError.invalidInput("'\(pythonString(value))' is not an integer")
  }

  /// A whole number between two, both included.
  func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let number = try integer(name) else { return nil }
    if number < range.lowerBound {
      throw APIError.invalidAttribute(name, "'\(number)' is too small - must be at least '\(range.lowerBound)'")
    }
    if number > range.upperBound {
      throw APIError.invalidAttribute(name, "'\(number)' is too large - must be no larger than '\(range.upperBound)'")
    }
    return number
  }

  func uuid(_ name: String) throws -> UUID? {
    guard let value = body[name] else { return nil }
    guard let id = value.string.flatMap({ UUID($0) }) else { throw invalid(name, "is not a valid UUID") }
    return id
  }

  func macAddress(_ name: String) throws -> MACAddress? {
    guard let value = body[name] else { return nil }
    guard let address = value.string.flatMap({ MACAddress($0) }) else {
      throw invalid(name, "is not a valid MAC address")
    }
    return address
  }

  func address(_ name: String) throws -> IPAddress? {
    guard let value = body[name] else { return nil }
    guard let address = value.string.flatMap({ IPAddress($0) }) else {
      throw invalid(name, "is not a valid IP address")
    }
    return address
  }

  func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String, _: Choice.Type) throws -> Choice? {
    guard let value = body[name] else { return nil }
    guard let choice = value.string.flatMap({ Choice(rawValue: $0) }) else {
      let names = Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
      throw invalid(name, "is not in [\(names)]")
    }
    return choice
  }

  func list(_ name: String) throws -> [JSONValue]? {
    guard let value = body[name], !value.isNull else { return nil }
    guard let list = value.array else { throw invalid(name, "is not a list") }
    return list
  }

  /// An object as JSON text.
  func objectText(_ name: String) throws -> String? {
    guard let value = body[name] else { return nil }
    if value.isNull { return "{}" }
    guard value.object != nil else { throw invalid(name, "is not a dictionary") }
    return value.description
  }

  /// Refuses anything but an empty list or `null`: what the attribute stands for is not offered yet.
  func onlyEmptyList(_ name: String) throws {
    guard let list = try list(name), !list.isEmpty else { return }
    throw APIError.invalidAttribute(name, "'\(name)' is not supported by this server")
  }

  private func invalid(_ name: String, _ reason: String) -> APIError {
    .invalidAttribute(name, "'\(pythonString(body[name] ?? .null))' \(reason)")
  }
}

/// A value as Python's `%s` prints it.
func pythonString(_ value: JSONValue) -> String { value.string ?? pythonText(value) }

/// A list of texts as Python prints it.
func pythonText(_ texts: [String]) -> String { pythonText(.array(texts.map { .string($0) })) }

/// A value as Python prints it, which is how upstream quotes it in messages.
func pythonText(_ value: JSONValue) -> String {
  switch value {
  case .null: "None"
  case .bool(let value): value ? "True" : "False"
  case .integer(let value): "\(value)"
  case .number(let value): "\(value)"
  case .string(let text): text.contains("'") && !text.contains("\"") ? "\"\(text)\"" : "'\(text)'"
  case .array(let elements): "[\(elements.map(pythonText).joined(separator: ", "))]"
  case .object(let object):
    "{\(object.members.map { "'\($0.name)': \(pythonText($0.value))" }.joined(separator: ", "))}"
  }
}
