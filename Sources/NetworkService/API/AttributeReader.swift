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
    case .integer(0): return false
    case .integer(1): return true
    case .string(let text):
      switch text.lowercased() {
      case "true", "1": return true
      case "false", "0": return false
      default: break
      }
    default: break
    }
    throw invalid(name, "cannot be converted to boolean")
  }

  func integer(_ name: String) throws -> Int? {
    guard let value = body[name] else { return nil }
    if let number = value.integer { return Int(number) }
    if let number = value.string.flatMap({ Int($0) }) { return number }
    throw invalid(name, "is not an integer")
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

  func address(_ name: String) throws -> IPv4Address? {
    guard let value = body[name] else { return nil }
    guard let address = value.string.flatMap({ IPv4Address($0) }) else {
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
    .invalidAttribute(name, "\(pythonText(body[name] ?? .null)) \(reason)")
  }
}

/// A value as Python prints it, which is how upstream quotes it in messages.
func pythonText(_ value: JSONValue) -> String {
  switch value {
  case .null: "None"
  case .bool(let value): value ? "True" : "False"
  case .integer(let value): "\(value)"
  case .number(let value): "\(value)"
  case .string(let text): "'\(text)'"
  case .array(let elements): "[\(elements.map(pythonText).joined(separator: ", "))]"
  case .object(let object):
    "{\(object.members.map { "'\($0.name)': \(pythonText($0.value))" }.joined(separator: ", "))}"
  }
}
