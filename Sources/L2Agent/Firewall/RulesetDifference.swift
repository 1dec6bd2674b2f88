import Model

/// The commands that turn one ruleset into another, for one transaction. Nothing if they are the same.
package struct RulesetDifference: Sendable {
  /// In the language of nft(8).
  package private(set) var commands = ""
  /// Bridges on which less is allowed than before, so that connections may have to be cut.
  package private(set) var narrowed = false

  private let old: Ruleset
  private let new: Ruleset

  package init(from old: Ruleset, to new: Ruleset) {
    (self.old, self.new) = (old, new)
    // What refers to something comes after it when it is made, and before it when it goes.
    changeMembers(before: true)
    makeChains()
    changePorts()
    changeZones()
    dropChains()
    changeMembers(before: false)
  }

  private mutating func add(_ command: String) {
    commands += command
    commands += "\n"
  }

  private var table: String { RulesetFrame.bridgeTable }

  private mutating func makeChains() {
    for (name, rules) in new.chains where old.chains[name] == nil {
      add("add chain \(table) \(name)")
      for rule in rules { add("add rule \(table) \(name) \(rule)") }
    }
    for (name, limit) in new.limits where old.limits[name] == nil {
      add("add limit \(table) \(name) { \(limit); }")
    }
  }

  private mutating func dropChains() {
    for name in old.chains.keys where new.chains[name] == nil { add("delete chain \(table) \(name)") }
    for name in old.limits.keys where new.limits[name] == nil { add("delete limit \(table) \(name)") }
  }

  /// One command a set, however many devices have changed.
  private mutating func changePorts() {
    var (gone, come): ([String: [String]], [String: [String]]) = ([:], [:])
    for device in Set(old.ports.keys).union(new.ports.keys) {
      let (before, after) = (old.ports[device] ?? [], new.ports[device] ?? [])
      if before == after { continue }
      for element in before.subtracting(after) {
        gone[element.set, default: []].append(element.text(of: device))
        narrowed = true
      }
      for element in after.subtracting(before) { come[element.set, default: []].append(element.text(of: device)) }
    }
    for (set, elements) in gone { add("delete element \(table) \(set) { \(elements.joined(separator: ", ")) }") }
    for (set, elements) in come { add("add element \(table) \(set) { \(elements.joined(separator: ", ")) }") }
  }

  private mutating func changeMembers(before isBefore: Bool) {
    if isBefore {
      for (set, members) in new.members where old.members[set] != members {
        if old.members[set] == nil { add("add set \(table) \(set.name) { \(set.type); }") }
        // Both in one transaction, so that a member that stays is never missing.
        let gone = (old.members[set] ?? []).subtracting(members)
        if !gone.isEmpty {
          add("delete element \(table) \(set.name) { \(gone.joined(separator: ", ")) }")
          narrowed = true
        }
        let come = members.subtracting(old.members[set] ?? [])
        if !come.isEmpty { add("add element \(table) \(set.name) { \(come.joined(separator: ", ")) }") }
      }
    } else {
      for set in old.members.keys where new.members[set] == nil { add("delete set \(table) \(set.name)") }
    }
  }

  private mutating func changeZones() {
    let table = RulesetFrame.connectionTable
    for (bridge, zone) in old.zones where new.zones[bridge] != zone {
      add("delete element \(table) zones { \"\(bridge)\" : \(zone) }")
    }
    for (bridge, zone) in new.zones where old.zones[bridge] != zone {
      add("add element \(table) zones { \"\(bridge)\" : \(zone) }")
    }
  }
}

extension Ruleset.Element {
  fileprivate func text(of device: String) -> String {
    var text = "\"\(device)\""
    if !key.isEmpty { text += " . \(key)" }
    // The name of an object is a string, and a verdict is none.
    if let value { text += RulesetFrame.chain(in: value) == nil ? " : \"\(value)\"" : " : \(value)" }
    return text
  }
}

extension Ruleset.MemberSet {
  fileprivate var type: String {
    "type \(version == .v4 ? "ipv4_addr" : "ipv6_addr")\(hasPrefixes ? "; flags interval" : "")"
  }
}
