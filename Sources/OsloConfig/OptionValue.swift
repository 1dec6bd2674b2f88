import Configuration

/// The text of one option on its way to the kind of value that the program asks for.
struct OptionValue {
  let name: OptionName
  let text: String
  let origin: String

  /// The value in swift-configuration's form, by the rules of `oslo_config/types.py`.
  func content(as type: ConfigType) throws(OsloConfigError) -> ConfigContent {
    switch type {
    case .string: .string(text)
    case .int: .int(try integer(text))
    case .double: .double(try number(text))
    case .bool: .bool(try boolean(text))
    case .bytes: .bytes(Array(text.utf8))
    case .stringArray: .stringArray(list)
    case .intArray: .intArray(try list.map { text throws(OsloConfigError) in try integer(text) })
    case .doubleArray: .doubleArray(try list.map { text throws(OsloConfigError) in try number(text) })
    case .boolArray: .boolArray(try list.map { text throws(OsloConfigError) in try boolean(text) })
    case .byteChunkArray: .byteChunkArray(list.map { Array($0.utf8) })
    }
  }

  /// The elements between commas, without the blanks around them. An empty value is an empty list, but an empty element
  /// is kept, as oslo.config keeps it.
  private var list: [String] {
    text.isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false).map { OsloFile.trimmed($0) }
  }

  private func integer(_ text: String) throws(OsloConfigError) -> Int {
    guard let value = Int(text) else { throw invalid("not a whole number") }
    return value
  }

  private func number(_ text: String) throws(OsloConfigError) -> Double {
    guard let value = Double(text), value.isFinite else { throw invalid("not a number") }
    return value
  }

  private func boolean(_ text: String) throws(OsloConfigError) -> Bool {
    switch text.lowercased() {
    case "true", "1", "on", "yes": true
    case "false", "0", "off", "no": false
    default: throw invalid("neither true nor false")
    }
  }

  func invalid(_ reason: String) -> OsloConfigError {
    OsloConfigError(.invalidValue, origin: origin, message: "\(name) = \(text): \(reason)")
  }
}
