package import Model
import SQLite

// Which numbers are free is kept as ranges, one row each, beside the segments that are taken: so no search grows with
// the number of networks. Whoever adds or removes a segment does it here, and both change in one transaction.

extension Transaction {
  /// Gives the segment to the network. An administrator's choice may lie outside the configured ranges.
  ///
  /// - Returns: Whether it was free.
  package func insert(_ segment: Segment, ofNetwork id: UUID) throws -> Bool {
    let isFree =
      try execute(
        """
        INSERT INTO network_segments (network_id, network_type, physical_network, segmentation_id) VALUES (?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """,
        id, segment.type.rawValue, segment.physicalNetwork, segment.segmentationID) > 0
    if isFree { try removeFromFree(segment) }
    return isFree
  }

  /// Gives the network another number of the same kind.
  ///
  /// - Returns: Whether it was free.
  package func change(_ segment: Segment, to number: Int, ofNetwork id: UUID) throws -> Bool {
    do {
      try execute("UPDATE network_segments SET segmentation_id = ? WHERE network_id = ?", number, id)
    } catch let violation as ConstraintViolation where violation.kind == .unique {
      return false
    }
    try giveBack(segment)
    try removeFromFree(Segment(type: segment.type, physicalNetwork: segment.physicalNetwork, segmentationID: number))
    return true
  }

  /// Takes the network's segment from it.
  func deleteSegment(ofNetwork id: UUID) throws {
    let segment = try first(
      "SELECT network_type, physical_network, segmentation_id FROM network_segments WHERE network_id = ?", id
    ) { row in
      Segment(
        type: try row.value(0), physicalNetwork: row.optionalText(1), segmentationID: row.optionalInteger(2))
    }
    guard let segment else { return }
    try execute("DELETE FROM network_segments WHERE network_id = ?", id)
    try giveBack(segment)
  }

  /// A number of the pool that no network has: one at random, so that a number that has just become free is not used
  /// again at once, while some host may still carry it.
  ///
  /// - Returns: `nil` if all are taken. It is not taken yet: ``insert(_:ofNetwork:)`` does that.
  package func freeSegment(in pool: SegmentPool, using generator: inout some RandomNumberGenerator) throws -> Int? {
    try adopt(pool)
    guard let wanted = pool.ranges.randomNumber(using: &generator) else { return nil }
    if let range = try freeSegments(of: pool.key, around: wanted), range.contains(wanted) { return wanted }
    return try first(
      """
      SELECT first_id FROM free_segments WHERE network_type = ? AND physical_network = ? AND first_id > ?
      ORDER BY first_id LIMIT 1
      """,
      pool.key.type, pool.key.physicalNetwork, wanted
    ) { row in row.integer(0) }
      ?? first(
        """
        SELECT first_id FROM free_segments WHERE network_type = ? AND physical_network = ? ORDER BY first_id LIMIT 1
        """,
        pool.key.type, pool.key.physicalNetwork
      ) { row in row.integer(0) }
  }

  /// Makes the configured ranges those that are kept, if they are others.
  private func adopt(_ pool: SegmentPool) throws {
    let key = pool.key
    let known = try rows(
      """
      SELECT first_id, last_id FROM segment_ranges WHERE network_type = ? AND physical_network = ? ORDER BY first_id
      """,
      key.type, key.physicalNetwork
    ) { row in row.integer(0)...row.integer(1) }
    guard known != pool.ranges else { return }
    try execute(
      "DELETE FROM segment_ranges WHERE network_type = ? AND physical_network = ?", key.type, key.physicalNetwork)
    try execute(
      "DELETE FROM free_segments WHERE network_type = ? AND physical_network = ?", key.type, key.physicalNetwork)
    for range in pool.ranges {
      try execute(
        "INSERT INTO segment_ranges (network_type, physical_network, first_id, last_id) VALUES (?, ?, ?, ?)",
        key.type, key.physicalNetwork, range.lowerBound, range.upperBound)
    }
    for range in pool.ranges.without(try takenSegments(of: pool)) { try insertFree(range, of: key) }
  }

  /// In ascending order. Each kind has its own index, which SQLite uses only if the kind is written out.
  private func takenSegments(of pool: SegmentPool) throws -> [Int] {
    if let name = pool.physicalNetwork {
      return try rows(
        """
        SELECT segmentation_id FROM network_segments WHERE network_type = 'vlan' AND physical_network = ?
        ORDER BY segmentation_id
        """,
        name
      ) { row in row.integer(0) }
    }
    return try rows(
      "SELECT segmentation_id FROM network_segments WHERE network_type = 'vxlan' ORDER BY segmentation_id"
    ) { row in row.integer(0) }
  }
}

/// How a pool is known in the tables.
private struct PoolKey {
  var type: String
  var physicalNetwork: String
}

extension SegmentPool {
  fileprivate var key: PoolKey { PoolKey(type: type.rawValue, physicalNetwork: physicalNetwork ?? "") }
}

extension Segment {
  fileprivate var key: PoolKey { PoolKey(type: type.rawValue, physicalNetwork: physicalNetwork ?? "") }
}

extension Transaction {
  /// The free range that begins at `number` or last before it, which may end before it too.
  private func freeSegments(of key: PoolKey, around number: Int) throws -> ClosedRange<Int>? {
    try first(
      """
      SELECT first_id, last_id FROM free_segments WHERE network_type = ? AND physical_network = ? AND first_id <= ?
      ORDER BY first_id DESC LIMIT 1
      """,
      key.type, key.physicalNetwork, number
    ) { row in row.integer(0)...row.integer(1) }
  }

  private func insertFree(_ range: ClosedRange<Int>, of key: PoolKey) throws {
    try execute(
      "INSERT INTO free_segments (network_type, physical_network, first_id, last_id) VALUES (?, ?, ?, ?)",
      key.type, key.physicalNetwork, range.lowerBound, range.upperBound)
  }

  private func deleteFree(from start: Int, of key: PoolKey) throws {
    try execute(
      "DELETE FROM free_segments WHERE network_type = ? AND physical_network = ? AND first_id = ?", key.type,
      key.physicalNetwork, start)
  }

  /// Cuts a number out of the free range that it lies in, if it lies in one.
  private func removeFromFree(_ segment: Segment) throws {
    guard let number = segment.segmentationID, let range = try freeSegments(of: segment.key, around: number),
      range.contains(number)
    else { return }
    try deleteFree(from: range.lowerBound, of: segment.key)
    for rest in [range].without([number]) { try insertFree(rest, of: segment.key) }
  }

  /// Makes a number free again, if it is one of the configured ranges'.
  private func giveBack(_ segment: Segment) throws {
    guard let number = segment.segmentationID, try isConfigured(number, of: segment.key) else { return }
    var range = number...number
    if let before = try freeSegments(of: segment.key, around: number), before.upperBound == number - 1 {
      try deleteFree(from: before.lowerBound, of: segment.key)
      range = before.lowerBound...number
    }
    if let after = try freeSegments(of: segment.key, around: number + 1), after.lowerBound == number + 1 {
      try deleteFree(from: after.lowerBound, of: segment.key)
      range = range.lowerBound...after.upperBound
    }
    try insertFree(range, of: segment.key)
  }

  private func isConfigured(_ number: Int, of key: PoolKey) throws -> Bool {
    try first(
      """
      SELECT last_id FROM segment_ranges WHERE network_type = ? AND physical_network = ? AND first_id <= ?
      ORDER BY first_id DESC LIMIT 1
      """,
      key.type, key.physicalNetwork, number
    ) { row in row.integer(0) }
    .map { number <= $0 } ?? false
  }
}
