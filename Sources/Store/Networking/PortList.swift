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
  case updatedAt = "updated_at"
  case revision = "revision_number"
  case host = "binding:host_id"
  case securityGroups = "security_groups"

  package var expression: String {
    switch self {
    case .tenantID: "ports.project_id"
    // Shown with the port, but not its own; nothing is sorted by it.
    case .host: "NULL"
    default: "ports.\(rawValue)"
    }
  }

  package func condition(isOneOf values: String) -> String {
    switch self {
    // The join begins with the ports, so a host's few ports are looked for by its bindings' own index. A port that is
    // about to be moved to a host is one of its ports too, as upstream has it.
    case .host: "ports.id IN (SELECT port_id FROM port_bindings WHERE distributed = 0 AND host IN (\(values)))"
    case .securityGroups:
      "ports.id IN (SELECT port_id FROM port_security_groups WHERE security_group_id IN (\(values)))"
    default: "\(expression) IN (\(values))"
    }
  }
}

/// Filters of ports by their addresses. Values of the same kind are alternatives; a port that has an address for each of
/// the kinds is meant, which need not be the same address.
package struct FixedIPFilter: Hashable, Sendable {
  /// In the canonical form.
  package var addresses: [String] = []
  /// Text that stands somewhere in an address.
  package var addressParts: [String] = []
  package var subnetIDs: [String] = []

  package init() {}
}

extension Snapshot {
  /// The ports that `query` and `fixedIPs` ask for, addresses included, by one statement.
  package func ports(_ query: ListQuery<PortField>, fixedIPs: FixedIPFilter = FixedIPFilter()) throws -> [Port] {
    var statement = ListStatement()
    if let project = query.project {
      // Who owns a network sees what others have put on it; no project owns nothing, not what belongs to the system.
      statement.require(
        "ports.project_id = ? OR ports.network_id IN (SELECT id FROM networks WHERE project_id = ?)", project, project)
      if project.isEmpty { statement.require("0") }
    }
    statement.require(fixedIPs)
    let marker = "FROM ports WHERE ports.id = ?"
    let text: String
    if query.limit == nil {
      text = statement.text(Port.selection, id: "ports.id", marker: marker, query: query)
    } else {
      // Which ports are on the page is found out first: sorting would visit the other tables for every port.
      let page = statement.text("SELECT ports.id FROM ports", id: "ports.id", marker: marker, query: query)
      text = "\(Port.selection) WHERE ports.id IN (\(page))" + ListStatement.order(of: query, id: "ports.id")
    }
    let ports = try rows(text, arguments: statement.arguments) { row in try Port(row: row) }
    return query.isReversed ? ports.reversed() : ports
  }
}

extension ListStatement {
  fileprivate mutating func require(_ filter: FixedIPFilter) {
    if !filter.addresses.isEmpty {
      require(
        """
        ports.id IN (SELECT port_id FROM ip_allocations WHERE ip_address IN (\(placeholders(filter.addresses.count))))
        """,
        values: filter.addresses)
    }
    if !filter.subnetIDs.isEmpty {
      require(
        "ports.id IN (SELECT port_id FROM ip_allocations WHERE subnet_id IN (\(placeholders(filter.subnetIDs.count))))",
        values: filter.subnetIDs)
    }
    if !filter.addressParts.isEmpty {
      let parts = filter.addressParts.map { _ in "instr(ip_address, ?) > 0" }.joined(separator: " OR ")
      require("ports.id IN (SELECT port_id FROM ip_allocations WHERE \(parts))", values: filter.addressParts)
    }
  }

  private func placeholders(_ count: Int) -> String { Array(repeating: "?", count: count).joined(separator: ", ") }
}
