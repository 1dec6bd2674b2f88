package import Model
import SQLite

extension Snapshot {
  /// Where an instance was tried to be built before, and whether an administrator named its host.
  package func buildAttempts(ofInstance id: UUID) throws -> BuildAttempts {
    let hosts = try rows(
      "SELECT value FROM instances, json_each(instances.tried_hosts) WHERE instances.id = ?", id
    ) { row in row.text(0) }
    let requested = try first("SELECT requested_host FROM instances WHERE id = ?", id) { row in row.optionalText(0) }
    return BuildAttempts(triedHosts: hosts, isBoundToHost: (requested ?? nil) != nil)
  }
}

extension Transaction {
  /// Writes down that a host has tried in vain to build the instance.
  package func addTriedHost(_ host: String, ofInstance id: UUID) throws {
    try execute("UPDATE instances SET tried_hosts = json_insert(tried_hosts, '$[#]', ?) WHERE id = ?", host, id)
  }

  package func setRequestedHost(_ host: String, ofInstance id: UUID) throws {
    try execute("UPDATE instances SET requested_host = ? WHERE id = ?", host, id)
  }
}
