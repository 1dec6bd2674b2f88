package import Model
import SQLite

/// What subnet pools can be filtered by and sorted by.
package enum SubnetPoolField: String, CaseIterable, ListField {
  case id, name, description, shared
  case projectID = "project_id"
  case tenantID = "tenant_id"
  case ipVersion = "ip_version"
  case defaultPrefixLength = "default_prefixlen"
  case minPrefixLength = "min_prefixlen"
  case maxPrefixLength = "max_prefixlen"
  case isDefault = "is_default"
  case defaultQuota = "default_quota"
  case addressScopeID = "address_scope_id"
  case createdAt = "created_at"
  case updatedAt = "updated_at"
  case revision = "revision_number"

  package var expression: String {
    switch self {
    case .tenantID: "subnetpools.project_id"
    case .addressScopeID: "NULL"
    default: "subnetpools.\(rawValue)"
    }
  }

  package static var isTaggable: Bool { true }
}

extension Snapshot {
  package func subnetPool(_ id: UUID) throws -> SubnetPool? {
    try first("\(SubnetPool.selection) WHERE subnetpools.id = ?", id) { row in try SubnetPool(row: row) }
  }

  /// The pool that `use_default_subnetpool` means.
  package func defaultSubnetPool(_ version: IPVersion) throws -> SubnetPool? {
    try first("\(SubnetPool.selection) WHERE is_default = 1 AND ip_version = ?", version.rawValue) { row in
      try SubnetPool(row: row)
    }
  }

  /// The subnet pools that `query` asks for, shared ones included.
  package func subnetPools(_ query: ListQuery<SubnetPoolField>) throws -> [SubnetPool] {
    var statement = ListStatement()
    if let project = query.project {
      statement.require("subnetpools.project_id = ? OR subnetpools.shared = 1", project)
    }
    let text = statement.text(
      SubnetPool.selection, id: "subnetpools.id", marker: "FROM subnetpools WHERE subnetpools.id = ?", query: query)
    let pools = try rows(text, arguments: statement.arguments) { row in try SubnetPool(row: row) }
    return query.isReversed ? pools.reversed() : pools
  }

  /// The lengths of the prefixes that a project has of a pool.
  package func prefixLengths(ofSubnetPool id: UUID, project: String) throws -> [Int] {
    try rows("SELECT cidr FROM subnets WHERE subnetpool_id = ? AND project_id = ?", id, project) { row in
      try row.prefix(0).prefixLength
    }
  }

  /// Whether a subnet was cut from the pool and not given back.
  package func isSubnetPoolInUse(_ id: UUID) throws -> Bool {
    try first("SELECT 1 FROM subnets WHERE subnetpool_id = ? LIMIT 1", id) { _ in true } ?? false
  }
}

extension Transaction {
  /// Adds a pool, all of its prefixes free.
  package func insert(_ pool: SubnetPool) throws {
    try execute(
      """
      INSERT INTO subnetpools (id, project_id, name, description, ip_version, default_prefixlen, min_prefixlen,
        max_prefixlen, shared, is_default, default_quota, tags, created_at, updated_at, revision_number)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      pool.id, pool.projectID, pool.name, pool.description, pool.version.rawValue, pool.defaultPrefixLength,
      pool.minPrefixLength, pool.maxPrefixLength, pool.isShared, pool.isDefault, pool.defaultQuota, pool.tags,
      pool.createdAt, pool.updatedAt, pool.revision)
    for prefix in pool.prefixes {
      try insert(prefix, ofSubnetPool: pool.id, isFree: false)
      try insert(prefix, ofSubnetPool: pool.id, isFree: true)
    }
  }

  /// Writes what a client can change of a pool and counts its revision up. What is added to its prefixes is free.
  ///
  /// - Parameter before: The pool as it was; its prefixes must be part of the new ones.
  package func update(_ pool: SubnetPool, before: SubnetPool) throws {
    try execute(
      """
      UPDATE subnetpools SET name = ?, description = ?, default_prefixlen = ?, min_prefixlen = ?, max_prefixlen = ?,
        is_default = ?, default_quota = ?, updated_at = ?, revision_number = revision_number + 1
      WHERE id = ?
      """,
      pool.name, pool.description, pool.defaultPrefixLength, pool.minPrefixLength, pool.maxPrefixLength,
      pool.isDefault, pool.defaultQuota, now, pool.id)
    guard pool.prefixes != before.prefixes else { return }
    try execute("DELETE FROM subnetpool_prefixes WHERE subnetpool_id = ? AND is_free = 0", pool.id)
    for prefix in pool.prefixes { try insert(prefix, ofSubnetPool: pool.id, isFree: false) }
    for prefix in pool.prefixes.subtracting(before.prefixes) { try returnPrefix(prefix, toSubnetPool: pool.id) }
  }

  /// Removes a pool with its prefixes.
  ///
  /// - Throws: `ConstraintViolation` while a subnet has one of its prefixes.
  package func deleteSubnetPool(_ id: UUID) throws {
    try execute("DELETE FROM subnetpools WHERE id = ?", id)
  }
}

extension SubnetPool {
  fileprivate static let selection = """
    SELECT id, project_id, name, description, default_prefixlen, min_prefixlen, max_prefixlen, shared, is_default,
      default_quota, tags, created_at, updated_at, revision_number,
      (SELECT group_concat(cidr) FROM (
         SELECT cidr FROM subnetpool_prefixes WHERE subnetpool_id = subnetpools.id AND is_free = 0 ORDER BY base))
    FROM subnetpools
    """

  fileprivate init(row: Row) throws {
    let prefixes = try row.text(14).split(separator: ",").map { text in try storedPrefix(text) }
    guard !prefixes.isEmpty else {
      throw UnreadableColumn(name: "prefixes", text: "", expected: "one prefix at least")
    }
    self.init(
      id: try row.uuid(0), projectID: row.text(1), name: row.text(2), description: row.text(3), prefixes: prefixes,
      defaultPrefixLength: row.integer(4), minPrefixLength: row.integer(5), maxPrefixLength: row.integer(6),
      isShared: row.bool(7), isDefault: row.bool(8), defaultQuota: row.optionalInteger(9), tags: row.text(10),
      createdAt: try row.timestamp(11), updatedAt: try row.timestamp(12), revision: row.integer(13))
  }
}
