package import Model
import SQLite

// What an operator has added to the catalog; there is little of it, and it is always wanted as a whole.

extension Snapshot {
  /// By id.
  package func regions() throws -> [Region] {
    try rows(
      "SELECT id, description, parent_region_id FROM regions ORDER BY id LIMIT ?", IdentityFilter.longestList
    ) { Region(id: $0.text(0), description: $0.text(1), parentID: $0.optionalText(2)) }
  }

  /// By type and name.
  package func services() throws -> [CatalogService] {
    try rows(
      "SELECT id, type, name, description, enabled FROM services ORDER BY type, name, id LIMIT ?",
      IdentityFilter.longestList
    ) {
      CatalogService(
        id: $0.text(0), type: $0.text(1), name: $0.text(2), description: $0.text(3), isEnabled: $0.bool(4))
    }
  }

  /// By service, region and interface.
  package func endpoints() throws -> [CatalogEndpoint] {
    try rows(
      """
      SELECT id, service_id, interface, region_id, url, enabled FROM endpoints
      ORDER BY service_id, region_id, interface, id LIMIT ?
      """, IdentityFilter.longestList
    ) {
      CatalogEndpoint(
        id: $0.text(0), serviceID: $0.text(1), interface: try $0.value(2), regionID: $0.optionalText(3),
        url: $0.text(4), isEnabled: $0.bool(5))
    }
  }
}

extension Transaction {
  /// - Throws: ``ConstraintViolation`` if the id is taken.
  package func insert(_ region: Region) throws {
    try execute(
      "INSERT INTO regions (id, description, parent_region_id) VALUES (?, ?, ?)",
      region.id, region.description, region.parentID)
  }

  package func update(_ region: Region) throws {
    try execute(
      "UPDATE regions SET description = ?, parent_region_id = ? WHERE id = ?",
      region.description, region.parentID, region.id)
  }

  /// Regions below it go with it.
  package func deleteRegions(_ ids: [String]) throws {
    for id in ids { try execute("DELETE FROM regions WHERE id = ?", id) }
  }

  package func insert(_ service: CatalogService) throws {
    try execute(
      "INSERT INTO services (id, type, name, description, enabled) VALUES (?, ?, ?, ?, ?)",
      service.id, service.type, service.name, service.description, service.isEnabled)
  }

  package func update(_ service: CatalogService) throws {
    try execute(
      "UPDATE services SET type = ?, name = ?, description = ?, enabled = ? WHERE id = ?",
      service.type, service.name, service.description, service.isEnabled, service.id)
  }

  /// The service's endpoints go with it.
  package func deleteService(_ id: String) throws {
    try execute("DELETE FROM services WHERE id = ?", id)
  }

  /// - Throws: ``ConstraintViolation`` if there is no such service.
  package func insert(_ endpoint: CatalogEndpoint) throws {
    try execute(
      "INSERT INTO endpoints (id, service_id, interface, region_id, url, enabled) VALUES (?, ?, ?, ?, ?, ?)",
      endpoint.id, endpoint.serviceID, endpoint.interface.rawValue, endpoint.regionID, endpoint.url,
      endpoint.isEnabled)
  }

  /// - Throws: ``ConstraintViolation`` if there is no such service.
  package func update(_ endpoint: CatalogEndpoint) throws {
    try execute(
      "UPDATE endpoints SET service_id = ?, interface = ?, region_id = ?, url = ?, enabled = ? WHERE id = ?",
      endpoint.serviceID, endpoint.interface.rawValue, endpoint.regionID, endpoint.url, endpoint.isEnabled,
      endpoint.id)
  }

  package func deleteEndpoint(_ id: String) throws {
    try execute("DELETE FROM endpoints WHERE id = ?", id)
  }
}
