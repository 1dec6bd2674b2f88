package import Model
import SQLite

/// What networks can be filtered by and sorted by.
package enum NetworkField: String, CaseIterable, ListField {
  case id, name, description, mtu, shared
  case projectID = "project_id"
  case tenantID = "tenant_id"
  case adminStateUp = "admin_state_up"
  case portSecurityEnabled = "port_security_enabled"
  case isExternal = "router:external"
  case createdAt = "created_at"
  case updatedAt = "updated_at"
  case revision = "revision_number"
  case networkType = "provider:network_type"
  case physicalNetwork = "provider:physical_network"
  case segmentationID = "provider:segmentation_id"

  package var expression: String {
    switch self {
    case .tenantID: "networks.project_id"
    case .isExternal: "networks.external"
    case .networkType: "network_segments.network_type"
    // Compared as text, so that a list can be sorted by what is null in some rows.
    case .physicalNetwork: "coalesce(network_segments.physical_network, '')"
    case .segmentationID: "coalesce(network_segments.segmentation_id, 0)"
    default: "networks.\(rawValue)"
    }
  }
}

extension Snapshot {
  package func network(_ id: UUID) throws -> Network? {
    try first("\(Network.selection) WHERE networks.id = ?", id) { row in try Network(row: row) }
  }

  /// The networks that `query` asks for, those shared with its project included.
  package func networks(_ query: ListQuery<NetworkField>) throws -> [Network] {
    var statement = ListStatement()
    if let project = query.project {
      statement.require("networks.project_id = ? OR networks.shared = 1 OR networks.external = 1", project)
    }
    let text = statement.text(
      Network.selection, id: "networks.id",
      marker: """
        FROM networks JOIN network_segments ON network_segments.network_id = networks.id WHERE networks.id = ?
        """,
      query: query)
    let networks = try rows(text, arguments: statement.arguments) { row in try Network(row: row) }
    return query.isReversed ? networks.reversed() : networks
  }
}

extension Transaction {
  /// Adds the network without its segment, which ``insert(_:ofNetwork:)`` gives it in the same transaction.
  package func insert(_ network: Network) throws {
    try execute(
      """
      INSERT INTO networks (id, project_id, name, description, admin_state_up, shared, external, mtu,
        port_security_enabled, created_at, updated_at, revision_number)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      network.id, network.projectID, network.name, network.description, network.adminStateUp, network.isShared,
      network.isExternal, network.mtu, network.portSecurityEnabled, network.createdAt, network.updatedAt,
      network.revision)
  }

  /// Gives the segment to the network.
  ///
  /// - Returns: Whether it was free.
  package func insert(_ segment: Segment, ofNetwork id: UUID) throws -> Bool {
    try execute(
      """
      INSERT INTO network_segments (network_id, network_type, physical_network, segmentation_id) VALUES (?, ?, ?, ?)
      ON CONFLICT DO NOTHING
      """,
      id, segment.type.rawValue, segment.physicalNetwork, segment.segmentationID) > 0
  }

  /// Gives the network a VXLAN segment with a free VNI out of `ranges`: a random one if that is easily found, else the
  /// first gap.
  ///
  /// - Returns: The VNI, or `nil` if all are taken.
  package func allocateVXLANSegment(
    from ranges: [ClosedRange<Int>], toNetwork id: UUID, using generator: inout some RandomNumberGenerator
  ) throws -> Int? {
    guard !ranges.isEmpty else { return nil }
    for _ in 0..<8 {
      guard let range = ranges.randomElement(using: &generator) else { break }
      let candidate = Int.random(in: range, using: &generator)
      if try insert(Segment(type: .vxlan, segmentationID: candidate), ofNetwork: id) { return candidate }
    }
    for range in ranges {
      guard let free = try firstFreeVNI(in: range) else { continue }
      if try insert(Segment(type: .vxlan, segmentationID: free), ofNetwork: id) { return free }
    }
    return nil
  }

  private func firstFreeVNI(in range: ClosedRange<Int>) throws -> Int? {
    let isLowestTaken = try first(
      "SELECT 1 FROM network_segments WHERE network_type = 'vxlan' AND segmentation_id = ?", range.lowerBound
    ) { _ in true }
    guard isLowestTaken != nil else { return range.lowerBound }
    return try first(
      """
      SELECT segmentation_id + 1 FROM network_segments AS taken
      WHERE network_type = 'vxlan' AND segmentation_id >= ? AND segmentation_id < ?
        AND NOT EXISTS (SELECT 1 FROM network_segments WHERE network_type = 'vxlan'
                        AND segmentation_id = taken.segmentation_id + 1)
      ORDER BY segmentation_id LIMIT 1
      """,
      range.lowerBound, range.upperBound
    ) { row in row.integer(0) }
  }

  /// Writes what a client can change of a network and counts its revision up.
  package func update(_ network: Network) throws {
    try execute(
      """
      UPDATE networks SET name = ?, description = ?, admin_state_up = ?, shared = ?, external = ?, mtu = ?,
        port_security_enabled = ?, updated_at = ?, revision_number = revision_number + 1
      WHERE id = ?
      """,
      network.name, network.description, network.adminStateUp, network.isShared, network.isExternal, network.mtu,
      network.portSecurityEnabled, now, network.id)
  }

  /// Counts the revision of a network up whose subnets have changed, as upstream does.
  package func touchNetwork(_ id: UUID) throws {
    try execute("UPDATE networks SET updated_at = ?, revision_number = revision_number + 1 WHERE id = ?", now, id)
  }

  /// Removes a network with its segment.
  ///
  /// - Throws: `ConstraintViolation` while it has ports or subnets.
  package func deleteNetwork(_ id: UUID) throws {
    try execute("DELETE FROM networks WHERE id = ?", id)
  }
}

extension Network {
  static let selection = """
    SELECT networks.id, networks.project_id, networks.name, networks.description, networks.admin_state_up,
      networks.shared, networks.external, networks.mtu, networks.port_security_enabled, networks.created_at,
      networks.updated_at, networks.revision_number, network_segments.network_type,
      network_segments.physical_network, network_segments.segmentation_id,
      (SELECT group_concat(id) FROM subnets WHERE network_id = networks.id)
    FROM networks JOIN network_segments ON network_segments.network_id = networks.id
    """

  init(row: Row) throws {
    let subnetIDs = try row.optionalText(15).map { try $0.split(separator: ",").map { text in try storedID(text) } }
    self.init(
      id: try row.uuid(0), projectID: row.text(1), name: row.text(2), description: row.text(3),
      adminStateUp: row.bool(4), isShared: row.bool(5), isExternal: row.bool(6), mtu: row.integer(7),
      portSecurityEnabled: row.bool(8),
      segment: Segment(
        type: try row.value(12), physicalNetwork: row.optionalText(13),
        segmentationID: row.optionalInteger(14)),
      subnetIDs: subnetIDs ?? [], createdAt: try row.timestamp(9), updatedAt: try row.timestamp(10),
      revision: row.integer(11))
  }
}
