package import Model
import SQLite

extension Snapshot {
  /// By name. One query, whatever the filters.
  package func groups(_ filter: IdentityFilter) throws -> [Group] {
    var conditions = Conditions()
    conditions.add(filter, on: "user_groups")
    conditions.add(
      "user_groups.id IN (SELECT group_id FROM user_group_membership WHERE user_id = ?)", ifAny: filter.userID)
    return try rows(
      "SELECT id, domain_id, name, description FROM user_groups \(conditions.sql) ORDER BY name, id LIMIT ?",
      arguments: conditions.arguments + [filter.limit]
    ) { Group(row: $0) }
  }

  package func group(_ id: String) throws -> Group? {
    try first("SELECT id, domain_id, name, description FROM user_groups WHERE id = ?", id) { Group(row: $0) }
  }

  /// Whether the user belongs to the group itself; there are no groups in groups.
  package func isMember(_ userID: String, ofGroup groupID: String) throws -> Bool {
    try first(
      "SELECT 1 FROM user_group_membership WHERE user_id = ? AND group_id = ?", userID, groupID
    ) { _ in true } ?? false
  }

  /// The ids of a group's members.
  package func members(ofGroup id: String) throws -> [String] {
    try rows("SELECT user_id FROM user_group_membership WHERE group_id = ?", id) { $0.text(0) }
  }
}

extension Transaction {
  /// - Throws: ``ConstraintViolation`` if the name is taken or there is no such domain.
  package func insert(_ group: Group) throws {
    try execute(
      "INSERT INTO user_groups (id, domain_id, name, description, created_at) VALUES (?, ?, ?, ?, ?)",
      group.id, group.domainID, group.name, group.description, now)
  }

  /// - Throws: ``ConstraintViolation`` if the name is taken.
  package func update(_ group: Group) throws {
    try execute(
      "UPDATE user_groups SET name = ?, description = ? WHERE id = ?", group.name, group.description, group.id)
  }

  package func deleteGroup(_ id: String) throws {
    try execute("DELETE FROM user_groups WHERE id = ?", id)
  }

  /// Makes a user a member; being one already changes nothing.
  package func addMember(_ userID: String, toGroup groupID: String) throws {
    try execute(
      "INSERT INTO user_group_membership (user_id, group_id) VALUES (?, ?) ON CONFLICT (user_id, group_id) DO NOTHING",
      userID, groupID)
  }

  /// - Returns: Whether the user was a member.
  package func removeMember(_ userID: String, fromGroup groupID: String) throws -> Bool {
    try execute("DELETE FROM user_group_membership WHERE user_id = ? AND group_id = ?", userID, groupID) > 0
  }
}

extension Group {
  fileprivate init(row: Row) {
    self.init(id: row.text(0), domainID: row.text(1), name: row.text(2), description: row.text(3))
  }
}
