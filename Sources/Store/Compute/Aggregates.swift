package import Model
import SQLite

extension Snapshot {
  /// All aggregates with their hosts and metadata, in the order in which they were made.
  ///
  /// - Parameter number: only this one; `nil` for all.
  package func aggregates(number: Int? = nil) throws -> [Aggregate] {
    var hosts: [Int: [String]] = [:]
    var metadata: [Int: [String: String]] = [:]
    for (aggregate, host) in try rows(
      "SELECT aggregate, host FROM aggregate_hosts WHERE ?1 IS NULL OR aggregate = ?1 ORDER BY number", number,
      decode: { row in (row.integer(0), row.text(1)) })
    {
      hosts[aggregate, default: []].append(host)
    }
    for (aggregate, key, value) in try rows(
      "SELECT aggregate, key, value FROM aggregate_metadata WHERE ?1 IS NULL OR aggregate = ?1", number,
      decode: { row in (row.integer(0), row.text(1), row.text(2)) })
    {
      metadata[aggregate, default: [:]][key] = value
    }
    return try rows(
      """
      SELECT number, id, name, created_at, updated_at FROM aggregates WHERE ?1 IS NULL OR number = ?1 ORDER BY number
      """,
      number
    ) { row in
      Aggregate(
        number: row.integer(0), id: try row.uuid(1), name: row.text(2), createdAt: try row.timestamp(3),
        updatedAt: try row.optionalTimestamp(4), hosts: hosts[row.integer(0)] ?? [],
        metadata: metadata[row.integer(0)] ?? [:])
    }
  }

  package func aggregate(_ number: Int) throws -> Aggregate? { try aggregates(number: number).first }

  /// The zone of each host that an aggregate gives one.
  package func zonesOfHosts() throws -> [String: String] {
    let pairs = try rows(
      """
      SELECT aggregate_hosts.host, value FROM aggregate_metadata
        JOIN aggregate_hosts ON aggregate_hosts.aggregate = aggregate_metadata.aggregate
      WHERE key = ?
      """,
      Aggregate.zoneKey
    ) { row in (row.text(0), row.text(1)) }
    return Dictionary(pairs) { first, _ in first }
  }

  /// Whether any of the hosts has instances, those that are on the way included.
  package func haveInstances(hosts: [String]) throws -> Bool {
    for host in hosts {
      let found = try first(
        """
        SELECT 1 WHERE EXISTS (SELECT 1 FROM instances WHERE host = ?1)
          OR EXISTS (SELECT 1 FROM instance_claims WHERE host = ?1)
        """,
        host
      ) { _ in true }
      if found != nil { return true }
    }
    return false
  }
}

extension Transaction {
  /// Writes a new aggregate without hosts.
  /// - Returns: its number.
  /// - Throws: ``ConstraintViolation`` if the name is taken.
  package func insert(_ aggregate: Aggregate) throws -> Int {
    try execute(
      "INSERT INTO aggregates (id, name, created_at) VALUES (?, ?, ?)", aggregate.id, aggregate.name,
      aggregate.createdAt)
    let number = Int(lastInsertRowID)
    try setMetadata(aggregate.metadata, ofAggregate: number)
    return number
  }

  /// - Throws: ``ConstraintViolation`` if the name is taken.
  package func renameAggregate(_ number: Int, to name: String) throws {
    try execute("UPDATE aggregates SET name = ?, updated_at = ? WHERE number = ?", name, now, number)
  }

  package func touchAggregate(_ number: Int) throws {
    try execute("UPDATE aggregates SET updated_at = ? WHERE number = ?", now, number)
  }

  /// Adds and changes keys; one whose value is `nil` is removed.
  package func setMetadata(_ changes: [String: String?], ofAggregate number: Int) throws {
    for (key, value) in changes {
      if let value {
        try execute(
          """
          INSERT INTO aggregate_metadata (aggregate, key, value) VALUES (?, ?, ?)
          ON CONFLICT (aggregate, key) DO UPDATE SET value = excluded.value
          """,
          number, key, value)
      } else {
        try execute("DELETE FROM aggregate_metadata WHERE aggregate = ? AND key = ?", number, key)
      }
    }
  }

  /// - Throws: ``ConstraintViolation`` if the host is in it.
  package func addHost(_ host: String, toAggregate number: Int) throws {
    try execute("INSERT INTO aggregate_hosts (aggregate, host) VALUES (?, ?)", number, host)
  }

  /// - Returns: Whether the host was in it.
  package func removeHost(_ host: String, fromAggregate number: Int) throws -> Bool {
    try execute("DELETE FROM aggregate_hosts WHERE aggregate = ? AND host = ?", number, host) > 0
  }

  /// - Returns: Whether there was such an aggregate.
  package func deleteAggregate(_ number: Int) throws -> Bool {
    try execute("DELETE FROM aggregates WHERE number = ?", number) > 0
  }
}
