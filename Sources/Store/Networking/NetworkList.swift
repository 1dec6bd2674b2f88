package import Model
import SQLite

/// What networks can be filtered by and sorted by.
package enum NetworkField: String, CaseIterable, ListField {
  case id, name, description, mtu, shared
  case projectID = "project_id"
  case tenantID = "tenant_id"
  case adminStateUp = "admin_state_up"
  case portSecurityEnabled = "port_security_enabled"
  case isExternal = "router:external"
  case isDefault = "is_default"
  case availabilityZoneHints = "availability_zone_hints"
  case createdAt = "created_at"
  case updatedAt = "updated_at"
  case revision = "revision_number"
  case networkType = "provider:network_type"
  case physicalNetwork = "provider:physical_network"
  case segmentationID = "provider:segmentation_id"

  package var expression: String {
    switch self {
    case .tenantID: "networks.project_id"
    case .isExternal: "networks.external"
    case .networkType: "network_segments.network_type"
    // Compared as text, so that a list can be sorted by what is null in some rows.
    case .physicalNetwork: "coalesce(network_segments.physical_network, '')"
    case .segmentationID: "coalesce(network_segments.segmentation_id, 0)"
    case .shared: "(networks.id IN (\(Self.sharedNetworks)))"
    default: "networks.\(rawValue)"
    }
  }

  package func condition(isOneOf values: String) -> String {
    switch self {
    // A network has several zones; one of them must be wanted.
    case .availabilityZoneHints:
      "EXISTS (SELECT 1 FROM json_each(networks.availability_zone_hints) WHERE value IN (\(values)))"
    default: "\(expression) IN (\(values))"
    }
  }

  /// What is shared with the project that asks, which is the statement's first argument, or with all: read from the
  /// index alone.
  fileprivate static let sharedNetworks = """
    SELECT object_id FROM network_rbac WHERE target_project IN ('*', ?1) AND action = 'access_as_shared'
    """
}

extension Snapshot {
  /// The networks that `query` asks for, by one statement.
  ///
  /// - Parameter project: Whose access the networks tell of. If the query is limited to a project, that project's own
  ///   networks are shown and those that a policy lets it see.
  package func networks(_ query: ListQuery<NetworkField>, seenBy project: String = "") throws -> [Network] {
    var (query, statement) = (query, ListStatement())
    if let owner = query.project {
      statement.require(
        """
        networks.project_id = ? OR networks.id IN (SELECT object_id FROM network_rbac WHERE target_project IN ('*', ?1))
        """,
        owner)
    }
    statement.requireAccess(&query)
    let text = statement.text(
      Network.selection, id: "networks.id",
      marker: """
        FROM networks JOIN network_segments ON network_segments.network_id = networks.id WHERE networks.id = ?
        """,
      query: query)
    let networks = try rows(text, arguments: [project] + statement.arguments) { row in try Network(row: row) }
    return query.isReversed ? networks.reversed() : networks
  }
}

extension ListStatement {
  /// What is shared or external is written so that the indexes find the few networks that are, and not the other way
  /// round: SQLite uses a partial index only for a value that is no argument.
  fileprivate mutating func requireAccess(_ query: inout ListQuery<NetworkField>) {
    query.filters.removeAll { filter in
      guard filter.values == [.integer(1)] || filter.values == [.integer(0)] else { return false }
      let isWanted = filter.values == [.integer(1)]
      switch filter.field {
      case .shared: require("networks.id \(isWanted ? "IN" : "NOT IN") (\(NetworkField.sharedNetworks))")
      case .isExternal where isWanted: require("networks.external = 1")
      default: return false
      }
      return true
    }
  }
}
