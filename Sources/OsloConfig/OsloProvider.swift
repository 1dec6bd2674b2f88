package import Configuration

/// Flags, environment and oslo.config files as one provider of swift-configuration: a key `[group, option]` is looked up
/// in the flags, then in the environment variable `OS_<GROUP>__<OPTION>`, then in the files, the last value of the last
/// file first.
///
/// Nothing changes after `init`. A lookup that finds a value of the wrong kind throws an ``OsloConfigError`` that says
/// where the value stands.
package struct OsloProvider: ConfigProvider, ConfigSnapshot {
  private let flags: [OptionName: String]
  private let environment: [String: String]
  private let fileValues: [OptionName: [OsloFile.Value]]

  package init(flags: [OptionName: String], environment: [String: String], files: [OsloFile]) {
    self.flags = flags
    self.environment = environment
    fileValues = files.reduce(into: [:]) { merged, file in
      merged.merge(file.values) { $0 + $1 }
    }
  }

  package var providerName: String { "OsloProvider" }

  /// The options that files set, each with the place of its last value.
  var given: [OptionName: String] { fileValues.compactMapValues { $0.last?.origin } }

  /// Every value that the source with the highest precedence gives for the option, with its origin; empty if none does.
  func values(of name: OptionName) -> [OsloFile.Value] {
    if let flag = flags[name] {
      return [.init(text: flag, origin: "--\(name.option.map { $0 == "_" ? "-" : String($0) }.joined())")]
    }
    if let variable = environment[name.environmentVariable] {
      return [.init(text: variable, origin: name.environmentVariable)]
    }
    return fileValues[name] ?? []
  }

  package func value(forKey key: AbsoluteConfigKey, type: ConfigType) throws -> LookupResult {
    guard key.components.count == 2 else { return LookupResult(encodedKey: key.description, value: nil) }
    let name = OptionName(group: key.components[0], option: key.components[1])
    guard let last = values(of: name).last else { return LookupResult(encodedKey: name.description, value: nil) }
    let content = try OptionValue(name: name, text: last.text, origin: last.origin).content(as: type)
    return LookupResult(encodedKey: name.description, value: ConfigValue(content, isSecret: false))
  }

  nonisolated(nonsending) package func fetchValue(forKey key: AbsoluteConfigKey, type: ConfigType) async throws
    -> LookupResult
  {
    try value(forKey: key, type: type)
  }

  nonisolated(nonsending) package func watchValue<Return: ~Copyable>(
    forKey key: AbsoluteConfigKey,
    type: ConfigType,
    updatesHandler:
      nonisolated(nonsending) (ConfigUpdatesAsyncSequence<Result<LookupResult, any Error>, Never>) async throws ->
      Return
  ) async throws -> Return {
    try await watchValueFromValue(forKey: key, type: type, updatesHandler: updatesHandler)
  }

  package func snapshot() -> any ConfigSnapshot { self }

  nonisolated(nonsending) package func watchSnapshot<Return: ~Copyable>(
    updatesHandler:
      nonisolated(nonsending) (ConfigUpdatesAsyncSequence<any ConfigSnapshot, Never>) async throws -> Return
  ) async throws -> Return {
    try await watchSnapshotFromSnapshot(updatesHandler: updatesHandler)
  }
}
