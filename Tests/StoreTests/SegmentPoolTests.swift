import Model
import SQLite
import Store
import Support
import Testing

@Suite("Which segments are free", .timeLimit(.minutes(5)))
struct SegmentPoolTests {
  /// What should be, kept the simple way.
  private struct Reference {
    var ranges: [ClosedRange<Int>] = [10...60, 80...99]
    var taken: [Int: UUID] = [:]

    var free: Set<Int> { Set(ranges.flatMap { Array($0) }).subtracting(taken.keys) }
  }

  @Test("after any sequence of steps, the free numbers are those of the ranges that no network has", arguments: 1...4)
  func randomSteps(seed: UInt64) async throws {
    let database = try TemporaryDatabase()
    let store = try database.store()
    try await store.write { transaction in
      var generator = Sequence64(state: seed)
      var reference = Reference()
      for step in 0..<1200 {
        try Self.step(transaction, &reference, &generator)
        if step % 50 == 0 { try Self.compare(transaction, reference) }
      }
      try Self.compare(transaction, reference)
      for id in reference.taken.values { try transaction.deleteNetwork(id) }
      reference.taken = [:]
      try Self.compare(transaction, reference)
      #expect(try Self.freeRanges(transaction) == reference.ranges)
    }
    await store.close()
  }

  @Test("pools of different physical networks, and VLANs and VNIs, know nothing of each other")
  func pools() async throws {
    let store = try TemporaryDatabase().store()
    try await store.write { transaction in
      var generator = SystemRandomNumberGenerator()
      for segment in [
        Segment(type: .vlan, physicalNetwork: "a", segmentationID: 5), Segment(type: .vxlan, segmentationID: 6),
      ] {
        try Self.add(transaction, segment)
      }
      func free(_ type: NetworkType, _ name: String?) throws -> Int? {
        try transaction.freeSegment(
          in: SegmentPool(type: type, physicalNetwork: name, ranges: [5...6]), using: &generator)
      }
      #expect(try free(.vlan, "a") == 6)
      #expect(try free(.vxlan, nil) == 5)
      try Self.add(transaction, Segment(type: .vlan, physicalNetwork: "b", segmentationID: 6))
      #expect(try free(.vlan, "b") == 5)
      #expect(try free(.vlan, "a") == 6)
    }
    await store.close()
  }

  private static func step(
    _ transaction: Transaction, _ reference: inout Reference, _ generator: inout Sequence64
  ) throws {
    let pool = SegmentPool(type: .vxlan, ranges: reference.ranges)
    switch Int.random(in: 0..<20, using: &generator) {
    case 0..<9:
      let number = try transaction.freeSegment(in: pool, using: &generator)
      #expect((number == nil) == reference.free.isEmpty)
      guard let number else { return }
      #expect(reference.free.contains(number))
      reference.taken[number] = try add(transaction, Segment(type: .vxlan, segmentationID: number))
    case 9..<16:
      guard let (number, id) = reference.taken.randomElement(using: &generator) else { return }
      try transaction.deleteNetwork(id)
      reference.taken[number] = nil
    case 16..<18:
      let number = Int.random(in: 1...120, using: &generator)
      let id = try add(transaction, Segment(type: .vxlan, segmentationID: number))
      #expect((id == nil) == (reference.taken[number] != nil))
      if let id { reference.taken[number] = id }
    case 18:
      guard let (old, id) = reference.taken.randomElement(using: &generator) else { return }
      let number = Int.random(in: 1...120, using: &generator)
      let segment = Segment(type: .vxlan, segmentationID: old)
      let isFree = try transaction.change(segment, to: number, ofNetwork: id)
      #expect(isFree == (reference.taken[number] == nil || number == old))
      if isFree { (reference.taken[old], reference.taken[number]) = (nil, id) }
    default:
      let start = Int.random(in: 5...50, using: &generator)
      reference.ranges = [start...(start + 20), (start + 30)...(start + 40)]
    }
  }

  private static func compare(_ transaction: Transaction, _ reference: Reference) throws {
    var generator = SystemRandomNumberGenerator()
    _ = try transaction.freeSegment(in: SegmentPool(type: .vxlan, ranges: reference.ranges), using: &generator)
    let ranges = try freeRanges(transaction)
    #expect(ranges == ranges.joined)
    #expect(Set(ranges.flatMap { Array($0) }) == reference.free)
  }

  private static func freeRanges(_ transaction: Transaction) throws -> [ClosedRange<Int>] {
    try transaction.rows("SELECT first_id, last_id FROM free_segments ORDER BY first_id") { row in
      row.integer(0)...row.integer(1)
    }
  }

  /// - Returns: The network with the segment; `nil` if another has it.
  @discardableResult
  private static func add(_ transaction: Transaction, _ segment: Segment) throws -> UUID? {
    let network = Network(
      id: UUID(), projectID: "p", mtu: 1500, segment: segment, createdAt: transaction.now, updatedAt: transaction.now)
    try transaction.insert(network)
    if try transaction.insert(segment, ofNetwork: network.id) { return network.id }
    try transaction.deleteNetwork(network.id)
    return nil
  }
}

/// A sequence of numbers that is the same each time it begins with the same state (SplitMix64).
private struct Sequence64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var result = state
    result = (result ^ (result >> 30)) &* 0xBF58_476D_1CE4_E5B9
    result = (result ^ (result >> 27)) &* 0x94D0_49BB_1331_11EB
    return result ^ (result >> 31)
  }
}
