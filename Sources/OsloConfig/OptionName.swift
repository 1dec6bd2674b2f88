/// The name of an option in its group, as `[agent] polling_interval`.
///
/// Groups other than `DEFAULT` are the same in upper and lower case, and an option's dashes are the same as underscores,
/// as oslo.config has it (`oslo_config/cfg.py`, `_normalize_group_name`).
package struct OptionName: Hashable, Sendable {
  package let group: String
  package let option: String

  package init(group: String, option: String) {
    self.group = group.uppercased() == "DEFAULT" ? "DEFAULT" : group.lowercased()
    self.option = String(option.map { $0 == "-" ? "_" : $0 })
  }

  /// The variable that sets the option, by oslo.config's rule: `OS_AGENT__POLLING_INTERVAL`.
  package var environmentVariable: String { "OS_\(group.uppercased())__\(option.uppercased())" }
}

extension OptionName: ExpressibleByStringLiteral {
  /// Reads `group.option`; a name without a dot is in `DEFAULT`.
  package init(stringLiteral text: String) {
    if let dot = text.firstIndex(of: ".") {
      self.init(group: String(text[..<dot]), option: String(text[text.index(after: dot)...]))
    } else {
      self.init(group: "DEFAULT", option: text)
    }
  }
}

extension OptionName: CustomStringConvertible {
  package var description: String { "[\(group)] \(option)" }
}
