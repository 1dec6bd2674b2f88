/// Names of options, to tell one that a program does not honour from one that nobody knows.
package struct KnownOptions: Hashable, Sendable {
  package let names: Set<OptionName>

  /// Reads groups in brackets, each followed by its options with blanks between.
  package init(_ text: String) {
    var names: Set<OptionName> = []
    var group = "DEFAULT"
    for word in text.split(whereSeparator: \.isWhitespace) {
      if word.hasPrefix("["), word.hasSuffix("]") {
        group = String(word.dropFirst().dropLast())
      } else {
        names.insert(OptionName(group: group, option: String(word)))
      }
    }
    self.names = names
  }
}

extension KnownOptions {
  /// The options that the hosts' programs have besides those of upstream's networking.
  package static let own = KnownOptions(
    """
    [DEFAULT] compute_driver dnsmasq_txt_record force_config_drive instances_path max_concurrent_builds vif_plugging_is_fatal
    vif_plugging_timeout
    [glance] auth_type auth_url endpoint_override password project_domain_name project_name region_name
    user_domain_name username
    [libvirt] connection_uri virt_type
    [neutron] auth_type auth_url endpoint_override password project_domain_name project_name region_name
    user_domain_name username
    [plugboard] server secret roles log_level vif_look_interval
    [vxlan] remote_ips flood_to_group
    """)
}

/// An option that is set, and that the program does nothing about.
package struct UnhonouredOption: Hashable, Sendable, CustomStringConvertible {
  package let name: OptionName
  /// The file and line, the environment variable or the flag it is set by.
  package let origin: String
  /// Whether upstream has it. One that is not known is misspelt or somebody else's.
  package let isKnown: Bool

  /// The option and its place.
  package var description: String { "\(name) (\(origin))" }

  /// A sentence about it alone.
  package var warning: String {
    isKnown ? "\(name) is not honoured here" : "\(name) is an option that neither upstream nor this program has"
  }
}

extension OsloOptions {
  /// The options that files set and that are not in `honoured`, in the order of their names.
  package func unhonoured(honoured: Set<OptionName>, known: KnownOptions) -> [UnhonouredOption] {
    given.filter { !honoured.contains($0.key) }
      .map { UnhonouredOption(name: $0.key, origin: $0.value, isKnown: known.names.contains($0.key)) }
      .sorted { ($0.name.group, $0.name.option) < ($1.name.group, $1.name.option) }
  }
}
