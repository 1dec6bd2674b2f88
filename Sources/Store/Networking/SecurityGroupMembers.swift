package import Model
import SQLite

// What hosts have to know of security groups, and which hosts.

/// An address at which the ports of a group are reached.
package struct SecurityGroupMember: Hashable, Sendable {
  package var securityGroupID: UUID
  /// An address, or a prefix out of a port's address pairs.
  package var address: String
  /// Known for address pairs only, as upstream has it.
  package var macAddress: String?

  package init(securityGroupID: UUID, address: String, macAddress: String? = nil) {
    self.securityGroupID = securityGroupID
    self.address = address
    self.macAddress = macAddress
  }
}

extension Snapshot {
  /// The addresses of all ports that have one of the groups, those that they may send from besides their own included.
  package func members(ofSecurityGroups ids: [UUID]) throws -> [SecurityGroupMember] {
    guard !ids.isEmpty else { return [] }
    return try rows(
      """
      SELECT port_security_groups.security_group_id, ip_allocations.ip_address, NULL
      FROM port_security_groups JOIN ip_allocations USING (port_id)
      WHERE security_group_id IN (SELECT value FROM json_each(?1))
      UNION
      SELECT port_security_groups.security_group_id, pairs.value ->> 'ip_address', pairs.value ->> 'mac_address'
      FROM port_security_groups JOIN ports ON ports.id = port_security_groups.port_id
        JOIN json_each(ports.allowed_address_pairs) AS pairs
      WHERE security_group_id IN (SELECT value FROM json_each(?1)) AND ports.allowed_address_pairs <> '[]'
      """,
      ids.jsonArray
    ) { row in
      SecurityGroupMember(
        securityGroupID: try row.uuid(0), address: row.text(1), macAddress: row.optionalText(2))
    }
  }

  /// The groups with rules that refer to one of these.
  package func securityGroupIDs(referringTo ids: [UUID]) throws -> [UUID] {
    guard !ids.isEmpty else { return [] }
    return try rows(
      """
      SELECT DISTINCT security_group_id FROM security_group_rules
      WHERE remote_group_id IN (SELECT value FROM json_each(?))
      """,
      ids.jsonArray
    ) { row in try row.uuid(0) }
  }

  /// Those of the groups that a port bound on the host has. Looks at the ports of the host, never at all the ports of a
  /// group.
  package func securityGroups(_ ids: [UUID], onHost host: String) throws -> [UUID] {
    guard !ids.isEmpty else { return [] }
    return try rows(
      """
      SELECT groups.value FROM json_each(?2) AS groups
      WHERE EXISTS (
        SELECT 1 FROM port_bindings CROSS JOIN port_security_groups
          ON port_security_groups.port_id = port_bindings.port_id
          AND port_security_groups.security_group_id = groups.value
        WHERE port_bindings.host = ?1)
      """,
      host, ids.jsonArray
    ) { row in try row.uuid(0) }
  }

  /// Those of the groups to which the rules of a group refer that a port bound on the host has.
  package func securityGroups(_ ids: [UUID], referredToOnHost host: String) throws -> [UUID] {
    guard !ids.isEmpty else { return [] }
    return try rows(
      """
      SELECT DISTINCT rules.remote_group_id FROM (
        SELECT DISTINCT remote_group_id, security_group_id FROM security_group_rules
        WHERE remote_group_id IN (SELECT value FROM json_each(?2))) AS rules
      WHERE EXISTS (
        SELECT 1 FROM port_bindings CROSS JOIN port_security_groups
          ON port_security_groups.port_id = port_bindings.port_id
          AND port_security_groups.security_group_id = rules.security_group_id
        WHERE port_bindings.host = ?1)
      """,
      host, ids.jsonArray
    ) { row in try row.uuid(0) }
  }
}
