package import JSON
import Model

extension Ruleset {
  /// Reads what the kernel has: the parts named `nftables` of the listings of our two tables, as JSON. What is not ours is
  /// left out.
  ///
  /// - Returns: The rules, and whether the frame is the one of this program.
  package static func read(_ listings: [JSONValue]) -> (ruleset: Ruleset, hasFrame: Bool) {
    var ruleset = Ruleset()
    var hasFrame = false
    for object in listings.lazy.compactMap({ $0["nftables"]?.array }).joined() {
      if let name = object["chain"]?["name"]?.string {
        if name == RulesetFrame.version { hasFrame = true }
        if name.hasPrefix("ingress-") || name.hasPrefix("egress-") { ruleset.chains[name] = [] }
      }
      if let name = object["limit"]?["name"]?.string { ruleset.limits[name] = "" }
      if let set = object["set"] ?? object["map"], let name = set["name"]?.string {
        ruleset.read(set: name, set["elem"]?.array ?? [])
      }
    }
    return (ruleset, hasFrame)
  }

  private mutating func read(set name: String, _ elements: [JSONValue]) {
    if name == "zones" {
      for pair in elements.compactMap(\.array) where pair.count == 2 {
        if let bridge = pair[0].string, let zone = pair[1].integer { zones[bridge] = UInt16(truncatingIfNeeded: zone) }
      }
    } else if let set = MemberSet(name: name) {
      members[set] = Set(elements.compactMap { Self.text(of: $0) })
    } else if RulesetFrame.deviceSets.contains(name) {
      for element in elements { read(element, in: name) }
    }
  }

  private mutating func read(_ element: JSONValue, in set: String) {
    var (key, value) = (element, JSONValue?.none)
    // An element of a map is a pair; a concatenation is an object.
    if let pair = element.array, pair.count == 2 { (key, value) = (pair[0], pair[1]) }
    let parts = (key["concat"]?.array ?? [key]).compactMap { Self.text(of: $0) }
    guard let device = parts.first else { return }
    let verdict = ["goto", "jump"].lazy.compactMap { kind in
      value?[kind]?["target"]?.string.map { "\(kind) \($0)" }
    }.first
    ports[device, default: []].insert(
      Element(set, parts.dropFirst().joined(separator: " . "), value: verdict ?? value?.string))
  }

  /// A key as ``RuleCompiler`` writes it.
  private static func text(of key: JSONValue) -> String? {
    if let number = key.integer { return "0x" + String(number, radix: 16) }
    if let text = key.string {
      // Numbers of more than 64 bits come in hexadecimal, perhaps with zeros before.
      guard text.hasPrefix("0x") else { return IPAddress(text)?.description ?? text }
      return UInt128(text.dropFirst(2), radix: 16).map { "0x" + String($0, radix: 16) }
    }
    if let prefix = key["prefix"], let address = prefix["addr"], let length = prefix["len"]?.integer {
      return Self.text(of: address).map { "\($0)/\(length)" }
    }
    guard let range = key["range"]?.array, range.count == 2, let first = text(of: range[0]),
      let last = text(of: range[1])
    else { return nil }
    if let first = IPAddress(first), let last = IPAddress(last) {
      return IPNetwork(from: first, through: last).map(\.description)
    }
    return "\(first)-\(last)"
  }
}

extension IPNetwork {
  /// The prefix with exactly these addresses, if there is one.
  fileprivate init?(from first: IPAddress, through last: IPAddress) {
    let width = first.version.width
    let hostBits = width - (first.bits ^ last.bits).leadingZeroBitCount + (128 - width)
    self.init(address: first, prefixLength: width - min(max(hostBits, 0), width))
    guard first.version == last.version, address == first, self.last == last else { return nil }
  }
}
