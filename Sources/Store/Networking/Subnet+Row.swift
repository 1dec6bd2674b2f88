import Model
import SQLite

extension Subnet {
  /// One row a subnet; its pools come as text with commas between, so that there is nothing to look up row by row.
  static let selection = """
    SELECT subnets.id, subnets.network_id, subnets.project_id, subnets.name, subnets.description, subnets.cidr,
      subnets.gateway_ip, subnets.enable_dhcp, subnets.created_at, subnets.updated_at, subnets.revision_number,
      (SELECT group_concat(first_ip || '-' || last_ip) FROM ip_allocation_pools WHERE subnet_id = subnets.id),
      subnets.dns_nameservers, subnets.host_routes, subnets.ipv6_ra_mode, subnets.ipv6_address_mode,
      subnets.subnetpool_id, subnets.service_types, subnets.tags
    FROM subnets
    """

  init(row: Row) throws {
    self.init(
      id: try row.uuid(0), networkID: try row.uuid(1), projectID: row.text(2), name: row.text(3),
      description: row.text(4), cidr: try row.prefix(5), gatewayIP: try row.optionalAddress(6),
      allocationPools: try Self.pools(row.optionalText(11)), enableDHCP: row.bool(7),
      dnsNameservers: try row.quotedTexts(12).map { text in try storedAddress(text) },
      hostRoutes: try Self.hostRoutes(row.quotedTexts(13)), ipv6RAMode: row.isNull(14) ? nil : try row.value(14),
      ipv6AddressMode: row.isNull(15) ? nil : try row.value(15), subnetPoolID: try row.optionalUUID(16),
      serviceTypes: row.quotedTexts(17), tags: row.text(18), createdAt: try row.timestamp(8),
      updatedAt: try row.timestamp(9), revision: row.integer(10))
  }

  static func pools(_ text: String?) throws -> [AllocationPool] {
    guard let text else { return [] }
    return try text.split(separator: ",").map { item in
      let ends = item.split(separator: "-")
      guard ends.count == 2 else {
        throw UnreadableColumn(name: "allocation_pools", text: String(item), expected: "two addresses")
      }
      return AllocationPool(first: try storedAddress(ends[0]), last: try storedAddress(ends[1]))
    }
  }

  /// Reads `destination`, a prefix, `nexthop`, an address, and so on.
  private static func hostRoutes(_ texts: [String]) throws -> [HostRoute] {
    try stride(from: 0, to: texts.count - 3, by: 4).map { index in
      HostRoute(
        destination: try storedPrefix(texts[index + 1]), nextHop: try storedAddress(texts[index + 3]))
    }
  }

  var dnsNameserversJSON: String { jsonArray(dnsNameservers.map(\.description)) }

  var hostRoutesJSON: String {
    let routes = hostRoutes.map { "{\"destination\": \"\($0.destination)\", \"nexthop\": \"\($0.nextHop)\"}" }
    return "[\(routes.joined(separator: ", "))]"
  }
}
