package import Model
import SQLite

/// What ports can be filtered by and sorted by.
package enum PortField: String, CaseIterable, ListField {
  case id, name, description, status
  case projectID = "project_id"
  case tenantID = "tenant_id"
  case networkID = "network_id"
  case macAddress = "mac_address"
  case adminStateUp = "admin_state_up"
  case deviceID = "device_id"
  case deviceOwner = "device_owner"
  case portSecurityEnabled = "port_security_enabled"
  case createdAt = "created_at"
  case updatedAt = "updated_at"
  case revision = "revision_number"
  case host = "binding:host_id"
  case vifType = "binding:vif_type"
  case vnicType = "binding:vnic_type"

  package var expression: String {
    switch self {
    case .tenantID: "ports.project_id"
    case .host: "port_bindings.host"
    case .vifType: "port_bindings.vif_type"
    case .vnicType: "port_bindings.vnic_type"
    default: "ports.\(rawValue)"
    }
  }

  package func condition(isOneOf values: String) -> String {
    // The join begins with the ports, so a host's few ports are looked for by its bindings' own index.
    guard self == .host else { return "\(expression) IN (\(values))" }
    return """
      ports.id IN (SELECT port_id FROM port_bindings WHERE status = 'ACTIVE' AND distributed = 0 AND host IN (\(values)))
      """
  }
}

/// Filters of ports by their addresses: `fixed_ips=ip_address=...&fixed_ips=subnet_id=...`. Values of the same kind are
/// alternatives, both kinds must hold for the same address.
package struct FixedIPFilter: Hashable, Sendable {
  package var addresses: [IPv4Address] = []
  package var subnetIDs: [UUID] = []

  package init() {}

  package var isEmpty: Bool { addresses.isEmpty && subnetIDs.isEmpty }
}

extension Snapshot {
  /// The ports that `query` and `fixedIPs` ask for, addresses included, by one statement.
  package func ports(_ query: ListQuery<PortField>, fixedIPs: FixedIPFilter = FixedIPFilter()) throws -> [Port] {
    var statement = ListStatement()
    if let project = query.project { statement.require("ports.project_id = ?", project) }
    if !fixedIPs.isEmpty { statement.require(fixedIPs) }
    let text = statement.text(
      Port.selection, id: "ports.id",
      marker: """
        FROM ports JOIN port_bindings ON port_bindings.port_id = ports.id AND port_bindings.status = 'ACTIVE'
        AND port_bindings.distributed = 0 WHERE ports.id = ?
        """,
      query: query)
    let ports = try rows(text, arguments: statement.arguments) { row in try Port(row: row) }
    return query.isReversed ? ports.reversed() : ports
  }
}

extension ListStatement {
  fileprivate mutating func require(_ filter: FixedIPFilter) {
    // With the subnets named, a look-up by address alone uses the unique index too, once for each subnet.
    let addresses = filter.addresses.map { Int($0.bits) as any SQLBindable }
    let subnets = filter.subnetIDs.map { $0 as any SQLBindable }
    var condition = "ports.id IN (SELECT port_id FROM ip_allocations WHERE subnet_id IN "
    condition += subnets.isEmpty ? "(SELECT id FROM subnets)" : "(\(placeholders(subnets.count)))"
    if !addresses.isEmpty { condition += " AND ip_number IN (\(placeholders(addresses.count)))" }
    require(condition + ")", values: subnets + addresses)
  }

  private func placeholders(_ count: Int) -> String { Array(repeating: "?", count: count).joined(separator: ", ") }
}
