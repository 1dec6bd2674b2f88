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
  case ipv6RAMode = "ipv6_ra_mode"
  case ipv6AddressMode = "ipv6_address_mode"
  case subnetPoolID = "subnetpool_id"
  case isShared = "shared"
  case createdAt = "created_at"
  case updatedAt = "updated_at"
  case revision = "revision_number"

  package var expression: String {
    switch self {
    case .tenantID: "subnets.project_id"
    case .isShared:
      """
      EXISTS (SELECT 1 FROM network_rbac WHERE target_project = '*' AND object_id = subnets.network_id
        AND action = 'access_as_shared')
      """
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

  /// The subnets that `query` asks for, those of networks that its project may see included.
  package func subnets(_ query: ListQuery<SubnetField>) throws -> [Subnet] {
    var statement = ListStatement()
    if let project = query.project {
      statement.require(
        """
        subnets.project_id = ?1 OR subnets.network_id IN (
          SELECT id FROM networks WHERE project_id = ?1
          UNION ALL SELECT object_id FROM network_rbac WHERE target_project IN ('*', ?1))
        """,
        project)
    }
    let text = statement.text(
      Subnet.selection, id: "subnets.id", marker: "FROM subnets WHERE subnets.id = ?", query: query)
    let subnets = try rows(text, arguments: statement.arguments) { row in try Subnet(row: row) }
    return query.isReversed ? subnets.reversed() : subnets
  }
}

extension Transaction {
  /// Adds a subnet with its pools. A prefix of a subnet pool must have been taken from it before.
  package func insert(_ subnet: Subnet) throws {
    try execute(
      """
      INSERT INTO subnets (id, network_id, project_id, name, description, ip_version, cidr, gateway_ip, enable_dhcp,
        dns_nameservers, host_routes, ipv6_ra_mode, ipv6_address_mode, subnetpool_id, service_types, tags, created_at,
        updated_at, revision_number)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      subnet.id, subnet.networkID, subnet.projectID, subnet.name, subnet.description, subnet.version.rawValue,
      subnet.cidr.description, subnet.gatewayIP?.description, subnet.enableDHCP, subnet.dnsNameserversJSON,
      subnet.hostRoutesJSON, subnet.ipv6RAMode?.rawValue, subnet.ipv6AddressMode?.rawValue, subnet.subnetPoolID,
      jsonArray(subnet.serviceTypes), subnet.tags, subnet.createdAt, subnet.updatedAt, subnet.revision)
    try insertPools(of: subnet, isNew: true)
  }

  /// Writes what a client can change of a subnet and counts its revision up.
  ///
  /// - Parameter hasNewPools: Whether the pools are others than before; they cost more than the rest.
  package func update(_ subnet: Subnet, hasNewPools: Bool) throws {
    try execute(
      """
      UPDATE subnets SET name = ?, description = ?, gateway_ip = ?, enable_dhcp = ?, dns_nameservers = ?,
        host_routes = ?, service_types = ?, updated_at = ?, revision_number = revision_number + 1
      WHERE id = ?
      """,
      subnet.name, subnet.description, subnet.gatewayIP?.description, subnet.enableDHCP, subnet.dnsNameserversJSON,
      subnet.hostRoutesJSON, jsonArray(subnet.serviceTypes), now, subnet.id)
    guard hasNewPools else { return }
    try execute("DELETE FROM ip_free_ranges WHERE subnet_id = ?", subnet.id)
    try execute("DELETE FROM ip_allocation_pools WHERE subnet_id = ?", subnet.id)
    try insertPools(of: subnet, isNew: false)
  }

  /// Removes a subnet with its pools, and gives its prefix back to the subnet pool that it came from.
  ///
  /// - Throws: `ConstraintViolation` while a port has an address of it.
  package func deleteSubnet(_ id: UUID) throws {
    let origin = try first("SELECT subnetpool_id, cidr FROM subnets WHERE id = ? AND subnetpool_id IS NOT NULL", id) {
      row in (pool: try row.uuid(0), cidr: try row.prefix(1))
    }
    try execute("DELETE FROM subnets WHERE id = ?", id)
    if let origin { try returnPrefix(origin.cidr, toSubnetPool: origin.pool) }
  }
}
