package import Model
import SQLite

/// What subnets can be filtered by and sorted by.
package enum SubnetField: String, CaseIterable, ListField {
  case id, name, description, cidr
  case projectID = "project_id"
  case tenantID = "tenant_id"
  case networkID = "network_id"
  case ipVersion = "ip_version"
  case gatewayIP = "gateway_ip"
  case enableDHCP = "enable_dhcp"
  case createdAt = "created_at"
  case updatedAt = "updated_at"
  case revision = "revision_number"

  package var expression: String {
    switch self {
    case .tenantID: "subnets.project_id"
    case .gatewayIP: "coalesce(subnets.gateway_ip, '')"
    default: "subnets.\(rawValue)"
    }
  }
}

extension Snapshot {
  package func subnet(_ id: UUID) throws -> Subnet? {
    try first("\(Subnet.selection) WHERE subnets.id = ?", id) { row in try Subnet(row: row) }
  }

  /// A network's subnets in the order they were made.
  package func subnets(ofNetwork id: UUID) throws -> [Subnet] {
    try rows("\(Subnet.selection) WHERE subnets.network_id = ? ORDER BY subnets.rowid", id) { row in
      try Subnet(row: row)
    }
  }

  /// The subnets that `query` asks for, those of networks shared with its project included.
  package func subnets(_ query: ListQuery<SubnetField>) throws -> [Subnet] {
    var statement = ListStatement()
    if let project = query.project {
      statement.require(
        "subnets.project_id = ? OR subnets.network_id IN (SELECT id FROM networks WHERE shared = 1)", project)
    }
    let text = statement.text(
      Subnet.selection, id: "subnets.id", marker: "FROM subnets WHERE subnets.id = ?", query: query)
    let subnets = try rows(text, arguments: statement.arguments) { row in try Subnet(row: row) }
    return query.isReversed ? subnets.reversed() : subnets
  }

}

extension Transaction {
  /// Adds a subnet with its pools.
  package func insert(_ subnet: Subnet) throws {
    try execute(
      """
      INSERT INTO subnets (id, network_id, project_id, name, description, cidr, gateway_ip, enable_dhcp,
        dns_nameservers, host_routes, created_at, updated_at, revision_number)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      subnet.id, subnet.networkID, subnet.projectID, subnet.name, subnet.description, subnet.cidr.description,
      subnet.gatewayIP?.description, subnet.enableDHCP, subnet.dnsNameserversJSON, subnet.hostRoutesJSON,
      subnet.createdAt, subnet.updatedAt, subnet.revision)
    try insertPools(of: subnet)
  }

  /// Writes what a client can change of a subnet, pools included, and counts its revision up.
  package func update(_ subnet: Subnet) throws {
    try execute(
      """
      UPDATE subnets SET name = ?, description = ?, gateway_ip = ?, enable_dhcp = ?, dns_nameservers = ?,
        host_routes = ?, updated_at = ?, revision_number = revision_number + 1
      WHERE id = ?
      """,
      subnet.name, subnet.description, subnet.gatewayIP?.description, subnet.enableDHCP, subnet.dnsNameserversJSON,
      subnet.hostRoutesJSON, now, subnet.id)
    try execute("DELETE FROM ip_allocation_pools WHERE subnet_id = ?", subnet.id)
    try insertPools(of: subnet)
  }

  private func insertPools(of subnet: Subnet) throws {
    for pool in subnet.allocationPools {
      try execute(
        "INSERT INTO ip_allocation_pools (subnet_id, first_ip, last_ip) VALUES (?, ?, ?)",
        subnet.id, pool.first.description, pool.last.description)
    }
  }

  /// Removes a subnet with its pools.
  ///
  /// - Throws: `ConstraintViolation` while a port has an address of it.
  package func deleteSubnet(_ id: UUID) throws {
    try execute("DELETE FROM subnets WHERE id = ?", id)
  }
}

extension Subnet {
  /// One row a subnet; its lists come as text with commas between, so that there is nothing to look up row by row.
  fileprivate static let selection = """
    SELECT subnets.id, subnets.network_id, subnets.project_id, subnets.name, subnets.description, subnets.cidr,
      subnets.gateway_ip, subnets.enable_dhcp, subnets.created_at, subnets.updated_at, subnets.revision_number,
      (SELECT group_concat(first_ip || '-' || last_ip) FROM ip_allocation_pools WHERE subnet_id = subnets.id),
      (SELECT group_concat(value) FROM json_each(subnets.dns_nameservers)),
      (SELECT group_concat((value ->> 'destination') || '-' || (value ->> 'nexthop'))
       FROM json_each(subnets.host_routes))
    FROM subnets
    """

  fileprivate init(row: Row) throws {
    self.init(
      id: try row.uuid(0), networkID: try row.uuid(1), projectID: row.text(2), name: row.text(3),
      description: row.text(4), cidr: try row.prefix(5), gatewayIP: try row.optionalAddress(6),
      allocationPools: try Self.items(row.optionalText(11)).map { item in
        let ends = try Self.pair(item)
        return AllocationPool(first: try storedAddress(ends.0), last: try storedAddress(ends.1))
      },
      enableDHCP: row.bool(7),
      dnsNameservers: try Self.items(row.optionalText(12)).map { text in try storedAddress(text) },
      hostRoutes: try Self.items(row.optionalText(13)).map { item in
        let parts = try Self.pair(item)
        guard let destination = IPv4Network(parts.0) else {
          throw UnreadableColumn(name: "host_routes", text: item, expected: "a prefix and an address")
        }
        return HostRoute(destination: destination, nextHop: try storedAddress(parts.1))
      },
      createdAt: try row.timestamp(8), updatedAt: try row.timestamp(9), revision: row.integer(10))
  }

  private static func items(_ text: String?) -> [String] { text?.split(separator: ",").map(String.init) ?? [] }

  private static func pair(_ item: String) throws -> (String, String) {
    let parts = item.split(separator: "-")
    guard parts.count == 2 else { throw UnreadableColumn(name: "a list", text: item, expected: "two addresses") }
    return (String(parts[0]), String(parts[1]))
  }

  // Addresses and prefixes hold nothing that JSON would have to escape.

  fileprivate var dnsNameserversJSON: String {
    "[\(dnsNameservers.map { "\"\($0)\"" }.joined(separator: ", "))]"
  }

  fileprivate var hostRoutesJSON: String {
    let routes = hostRoutes.map { "{\"destination\": \"\($0.destination)\", \"nexthop\": \"\($0.nextHop)\"}" }
    return "[\(routes.joined(separator: ", "))]"
  }
}
