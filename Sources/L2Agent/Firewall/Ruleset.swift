package import Model

/// What stands in the kernel for this host's ports, beside the frame that is always the same (``RulesetFrame``): values
/// only, so that two of them can be compared.
package struct Ruleset: Hashable, Sendable {
  /// An element of one of the frame's sets and maps, all of whose keys begin with the device's name.
  package struct Element: Hashable, Sendable {
    package var set: String
    /// The rest of the key; empty if it is the device alone.
    package var key: String
    /// What a map gives for the key.
    package var value: String?

    package init(_ set: String, _ key: String = "", value: String? = nil) {
      (self.set, self.key, self.value) = (set, key, value)
    }
  }

  /// The addresses of a remote group: of one version, and single addresses or prefixes.
  package struct MemberSet: Hashable, Sendable {
    package var group: String
    package var version: IPVersion
    package var hasPrefixes: Bool

    package init(group: String, version: IPVersion, hasPrefixes: Bool) {
      (self.group, self.version, self.hasPrefixes) = (group, version, hasPrefixes)
    }

    /// The set's name in the kernel, as in `member4-ID` or `prefix6-ID`.
    package var name: String { "\(hasPrefixes ? "prefix" : "member")\(version == .v4 ? 4 : 6)-\(group)" }

    /// Reads a set's name; `nil` if it is another kind of set.
    init?(name: String) {
      let parts = name.split(separator: "-", maxSplits: 1)
      guard parts.count == 2 else { return nil }
      switch parts[0] {
      case "member4": self.init(group: String(parts[1]), version: .v4, hasPrefixes: false)
      case "member6": self.init(group: String(parts[1]), version: .v6, hasPrefixes: false)
      case "prefix4": self.init(group: String(parts[1]), version: .v4, hasPrefixes: true)
      case "prefix6": self.init(group: String(parts[1]), version: .v6, hasPrefixes: true)
      default: return nil
      }
    }
  }

  /// By device.
  package var ports: [String: Set<Element>] = [:]
  /// Chains of rules, which ports with the same groups share. A name stands for its rules and never gets others. The
  /// rules are empty if all that is known is the name.
  package var chains: [String: [String]] = [:]
  package var members: [MemberSet: Set<String>] = [:]
  /// Named limits: the name -> what it allows. Likewise a name stands for its limit.
  package var limits: [String: String] = [:]
  /// Bridge -> the conntrack zone of its network.
  package var zones: [String: UInt16] = [:]

  package init() {}

  /// Forgets the chains and limits that ports used in `old` and none uses now. Not looked for if no port has changed what
  /// it uses, as when one more comes.
  mutating func dropUnused(since old: Ruleset, touched: Set<String>) {
    let isUnchanged = touched.allSatisfy { device in
      (old.ports[device] ?? []).allSatisfy { $0.value == nil || ports[device]?.contains($0) == true }
    }
    if isUnchanged { return }
    var used: Set<Substring> = []
    for element in ports.values.lazy.joined() {
      guard let value = element.value else { continue }
      used.insert(RulesetFrame.chain(in: value) ?? value[...])
    }
    chains = chains.filter { used.contains($0.key[...]) }
    limits = limits.filter { used.contains($0.key[...]) }
  }
}
