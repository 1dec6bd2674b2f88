package import Model
import SQLite

extension Snapshot {
  /// - Parameter projectID: finds it only in this project; `nil` finds it in any.
  package func serverGroup(_ id: UUID, inProject projectID: String? = nil) throws -> ServerGroup? {
    try first(
      "SELECT \(ServerGroupColumns.all) FROM server_groups WHERE id = ?1 AND (?2 IS NULL OR project_id = ?2)", id,
      projectID
    ) { row in try ServerGroup(row: row) }
  }

  /// The group that the instance is a member of.
  package func serverGroup(ofInstance id: UUID) throws -> ServerGroup? {
    try first(
      """
      SELECT \(ServerGroupColumns.all) FROM server_groups
      WHERE id = (SELECT group_id FROM server_group_members WHERE instance_id = ?)
      """,
      id
    ) { row in try ServerGroup(row: row) }
  }

  /// A page of a project's groups, oldest first; `nil` is all projects.
  package func serverGroups(ofProject projectID: String?, offset: Int, limit: Int) throws -> [ServerGroup] {
    try rows(
      """
      SELECT \(ServerGroupColumns.all) FROM server_groups WHERE ?1 IS NULL OR project_id = ?1
      ORDER BY number LIMIT ?2 OFFSET ?3
      """,
      projectID, limit, offset
    ) { row in try ServerGroup(row: row) }
  }

  /// How many groups a project, or a user in it, has.
  package func serverGroupCount(ofProject projectID: String, user: String? = nil) throws -> Int {
    try first(
      "SELECT count(*) FROM server_groups WHERE project_id = ?1 AND (?2 IS NULL OR user_id = ?2)", projectID, user
    ) { row in row.integer(0) } ?? 0
  }

  /// How many members of a group each host has or will have.
  /// - Parameter instanceID: the member that is not counted.
  package func memberHosts(ofGroup id: UUID, without instanceID: UUID?) throws -> [String: Int] {
    let pairs = try rows(
      """
      SELECT host, count(*) FROM (
        SELECT instances.host, instances.id FROM server_group_members AS member
          JOIN instances ON instances.id = member.instance_id WHERE group_id = ?1
        UNION
        SELECT instance_claims.host, instance_claims.instance_id FROM server_group_members AS member
          JOIN instance_claims ON instance_claims.instance_id = member.instance_id WHERE group_id = ?1
      ) WHERE host IS NOT NULL AND id IS NOT ?2 GROUP BY host
      """,
      id, instanceID
    ) { row in (row.text(0), row.integer(1)) }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  /// Where instances are; those that do not exist or have no host are absent.
  package func hosts(ofInstances ids: Set<UUID>) throws -> [UUID: String] {
    var hosts: [UUID: String] = [:]
    for id in ids {
      hosts[id] = try first("SELECT host FROM instances WHERE id = ? AND host IS NOT NULL", id) { row in row.text(0) }
    }
    return hosts
  }
}

extension Transaction {
  /// Writes a new group without members.
  package func insert(_ group: ServerGroup) throws {
    try execute(
      """
      INSERT INTO server_groups (id, name, policy, max_server_per_host, project_id, user_id, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      group.id, group.name, group.policy.rawValue, group.maxServerPerHost, group.projectID, group.userID, now)
  }

  /// - Throws: ``ConstraintViolation`` if the group or the instance does not exist, or the instance has a group.
  package func addMember(_ instanceID: UUID, toGroup id: UUID) throws {
    try execute("INSERT INTO server_group_members (instance_id, group_id) VALUES (?, ?)", instanceID, id)
  }

  /// - Returns: Whether there was such a group. Its members stay.
  package func deleteServerGroup(_ id: UUID) throws -> Bool {
    try execute("DELETE FROM server_groups WHERE id = ?", id) > 0
  }
}

private enum ServerGroupColumns {
  static let all = """
    id, name, policy, max_server_per_host, project_id, user_id,
    (SELECT group_concat(instance_id, ' ') FROM (SELECT instance_id FROM server_group_members
                                                 WHERE group_id = server_groups.id ORDER BY rowid))
    """
}

extension ServerGroup {
  fileprivate init(row: Row) throws {
    self.init(
      id: try row.uuid(0), name: row.text(1), policy: try row.value(2), maxServerPerHost: row.optionalInteger(3),
      projectID: row.text(4), userID: row.text(5),
      members: (row.optionalText(6) ?? "").split(separator: " ").compactMap { UUID($0) })
  }
}
