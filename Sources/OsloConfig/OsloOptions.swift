package import Configuration
import FoundationEssentials

/// The options of a program: flags over environment (`OS_<GROUP>__<OPTION>`) over the files over the program's defaults.
///
/// ```swift
/// let options = try OsloOptions(files: configFiles, flags: ["DEFAULT.host": host])
/// let interval = try options.duration("agent.polling_interval") ?? .seconds(2)
/// let mappings = try options.list("linux_bridge.physical_interface_mappings") ?? []
/// ```
///
/// The getters throw where ``reader``'s own ones would quietly take the default: at a value that is there and wrong.
package struct OsloOptions: Sendable {
  private let provider: OsloProvider
  /// The same values for libraries that take swift-configuration's reader; keys are `"group.option"`.
  package let reader: ConfigReader

  /// Reads the files, the last of which wins. A flag that was not given is `nil`. Throws ``OsloConfigError``.
  package init(
    files: [String] = [],
    flags: [OptionName: String?] = [:],
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(OsloConfigError) {
    let files = try files.map { path throws(OsloConfigError) in
      try OsloFile(path: path, text: try Self.text(ofFile: path))
    }
    provider = OsloProvider(flags: flags.compactMapValues { $0 }, environment: environment, files: files)
    reader = ConfigReader(provider: provider)
  }

  /// The option's text; `nil` if it was given nowhere.
  package func string(_ name: OptionName) -> String? {
    provider.values(of: name).last?.text
  }

  /// The option's text; throws if it was given nowhere or is empty.
  package func requiredString(_ name: OptionName) throws(OsloConfigError) -> String {
    guard let text = string(name), !text.isEmpty else {
      throw OsloConfigError(.missingOption, origin: nil, message: "\(name) must be set")
    }
    return text
  }

  /// A whole number; throws if it is none or out of `range`.
  package func integer(
    _ name: OptionName, in range: ClosedRange<Int> = Int.min...Int.max
  ) throws(OsloConfigError) -> Int? {
    guard let value = optionValue(name), case .int(let number) = try value.content(as: .int) else { return nil }
    guard range.contains(number) else {
      throw value.invalid("not between \(range.lowerBound) and \(range.upperBound)")
    }
    return number
  }

  /// A truth value in one of oslo.config's spellings (true, 1, on, yes and their contraries).
  package func boolean(_ name: OptionName) throws(OsloConfigError) -> Bool? {
    guard let value = optionValue(name), case .bool(let truth) = try value.content(as: .bool) else { return nil }
    return truth
  }

  /// Seconds, with or without a fraction; throws if they are negative.
  package func duration(_ name: OptionName) throws(OsloConfigError) -> Duration? {
    guard let value = optionValue(name), case .double(let seconds) = try value.content(as: .double) else { return nil }
    guard seconds >= 0 else { throw value.invalid("a time must not be negative") }
    return .seconds(seconds)
  }

  /// Elements between commas (oslo.config's ListOpt).
  package func list(_ name: OptionName) throws(OsloConfigError) -> [String]? {
    guard let value = optionValue(name), case .stringArray(let list) = try value.content(as: .stringArray) else {
      return nil
    }
    return list
  }

  /// Every value in the order given (oslo.config's MultiStrOpt); empty if there is none.
  package func all(_ name: OptionName) -> [String] {
    provider.values(of: name).map(\.text)
  }

  /// The options that files set, each with the place of its last value.
  package var given: [OptionName: String] { provider.given }

  /// An error for a value that only the caller can judge; it carries the place the value stands at.
  package func invalid(_ name: OptionName, _ reason: String) -> OsloConfigError {
    optionValue(name)?.invalid(reason)
      ?? OsloConfigError(.invalidValue, origin: nil, message: "\(name): \(reason)")
  }

  private func optionValue(_ name: OptionName) -> OptionValue? {
    provider.values(of: name).last.map { OptionValue(name: name, text: $0.text, origin: $0.origin) }
  }

  private static func text(ofFile path: String) throws(OsloConfigError) -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw OsloConfigError(.unreadable, origin: path, message: "the configuration file cannot be read")
    }
    guard let text = String(bytes: data, encoding: .utf8) else {
      throw OsloConfigError(.unreadable, origin: path, message: "the configuration file is not UTF-8 text")
    }
    return text
  }
}
