extension Ruleset {
  /// Gives the bridge of a network a conntrack zone of its own, unless it has one: the same as ever if that is free, so
  /// that what an agent finds after a restart is what it would have chosen. Zone 0 is the host's own.
  mutating func giveZone(to bridge: String) {
    guard zones[bridge] == nil else { return }
    let taken = Set(zones.values)
    // FNV-1a
    let hash = bridge.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    let first = (hash ^ hash >> 16) % 65534
    for step in 0..<65534 as Range<UInt32> {
      let zone = UInt16((first + step) % 65534 + 1)
      if taken.contains(zone) { continue }
      zones[bridge] = zone
      return
    }
  }
}
