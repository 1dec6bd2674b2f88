package import Model
import SQLite

/// What availabilities are asked for. Each list is of alternatives; `nil` is any.
package struct IPAvailabilityQuery: Sendable {
  package var networkIDs: [UUID]?
  package var networkNames: [String]?
  package var projectIDs: [String]?
  package var versions: [IPVersion]?

  package init() {}

  /// The columns and the values of which each must have one.
  fileprivate var conditions: [(column: String, values: [any SQLBindable])] {
    let all: [(String, [any SQLBindable]?)] = [
      ("networks.id", networkIDs), ("networks.name", networkNames), ("networks.project_id", projectIDs),
      ("subnets.ip_version", versions?.map(\.rawValue)),
    ]
    return all.compactMap { column, values in values.map { (column, $0) } }
  }
}

extension Snapshot {
  /// Networks in the order of their ids, one statement for all. A network without a subnet of the version that is asked
  /// for is left out, as upstream does; one without any subnet is shown.
  package func ipAvailabilities(_ query: IPAvailabilityQuery) throws -> [NetworkIPAvailability] {
    var text = """
      SELECT networks.id, networks.name, networks.project_id, subnets.id, subnets.name, subnets.cidr,
        (SELECT count(*) FROM ip_allocations WHERE subnet_id = subnets.id),
        (SELECT group_concat(first_ip || '-' || last_ip) FROM ip_allocation_pools WHERE subnet_id = subnets.id)
      FROM networks LEFT JOIN subnets ON subnets.network_id = networks.id WHERE 1
      """
    for condition in query.conditions {
      text += " AND \(condition.column) IN (\(placeholders(condition.values.count)))"
    }
    text += " ORDER BY networks.id, subnets.rowid"
    let found = try rows(text, arguments: query.conditions.flatMap(\.values)) { row in
      (
        NetworkIPAvailability(networkID: try row.uuid(0), networkName: row.text(1), projectID: row.text(2)),
        row.isNull(3) ? nil : try NetworkIPAvailability.Subnet(row: row)
      )
    }
    return found.reduce(into: []) { networks, row in
      if networks.last?.networkID != row.0.networkID { networks.append(row.0) }
      if let subnet = row.1 { networks[networks.count - 1].subnets.append(subnet) }
    }
  }
}

extension NetworkIPAvailability.Subnet {
  fileprivate init(row: Row) throws {
    self.init(
      id: try row.uuid(3), name: row.text(4), cidr: try row.prefix(5), pools: try Subnet.pools(row.optionalText(7)),
      usedIPs: row.integer(6))
  }
}
