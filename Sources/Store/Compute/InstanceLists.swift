package import Model
import SQLite

/// Which instances a list shows, in which order, and which page of it.
package struct InstanceListing: Sendable {
  /// What instances are sorted by, and looked at one by one.
  package enum Column: String, Sendable {
    case number
    case id
    case name
    case description
    case hostname
    case host
    case zone = "availability_zone"
    case userID = "user_id"
    case projectID = "project_id"
    case flavorID = "flavor_id"
    case imageID = "image_id"
    case kernelID = "kernel_id"
    case ramdiskID = "ramdisk_id"
    case keyName = "key_name"
    case reservationID = "reservation_id"
    case launchIndex = "launch_index"
    case vmState = "vm_state"
    case taskState = "task_state"
    case powerState = "power_state"
    case lockedBy = "locked_by"
    case accessIPv4 = "access_ip_v4"
    case accessIPv6 = "access_ip_v6"
    case diskConfig = "disk_config"
    case configDrive = "config_drive"
    case rootDeviceName = "root_device_name"
    case createdAt = "created_at"
    case updatedAt = "updated_at"
    case launchedAt = "launched_at"
    case networkInfo = "network_info"

    var isNumber: Bool {
      switch self {
      case .number, .launchIndex, .powerState, .configDrive: true
      default: false
      }
    }
  }

  package struct SortKey: Sendable {
    package var column: Column
    package var isDescending: Bool

    package init(_ column: Column, isDescending: Bool) {
      (self.column, self.isDescending) = (column, isDescending)
    }
  }

  /// A column that must have one of some values.
  package struct Choice: Sendable {
    package var column: Column
    package var values: [String]

    package init(_ column: Column, _ values: [String]) {
      (self.column, self.values) = (column, values)
    }
  }

  /// What the database cannot judge: a column's text (`nil` for `NULL`) is looked at, before the page is cut.
  package struct Look: Sendable {
    package var column: Column
    package var admits: @Sendable (String?) -> Bool

    package init(_ column: Column, _ admits: @escaping @Sendable (String?) -> Bool) {
      (self.column, self.admits) = (column, admits)
    }
  }

  package enum TagMatch: Sendable { case all, any, notAll, notAny }

  /// Only this project's; `nil` for all.
  package var projectID: String?
  package var choices: [Choice] = []
  package var looks: [Look] = []
  /// What a server is shown as.
  package var statuses: [ServerStatus]?
  package var tags: [(match: TagMatch, tags: [String])] = []
  package var isLocked: Bool?
  package var changedSince: Timestamp?
  package var changedBefore: Timestamp?
  package var order: [SortKey] = []
  /// The last instance of the page before.
  package var marker: UUID?
  package var limit: Int

  package init(limit: Int) {
    self.limit = limit
  }
}

extension Snapshot {
  /// The instances of a list, at most `listing.limit`.
  package func instances(_ listing: InstanceListing) throws -> [Instance] {
    let conditions = InstanceConditions(listing)
    guard !listing.looks.isEmpty else {
      return try rows(
        "SELECT \(InstanceColumns.all) FROM instances \(conditions.text) ORDER BY \(listing.orderText) LIMIT ?",
        arguments: conditions.arguments + [listing.limit]
      ) { row in try Instance(row: row) }
    }
    let columns = listing.looks.map { "CAST(\($0.column.rawValue) AS TEXT)" }.joined(separator: ", ")
    let found = try rows(
      "SELECT number, \(columns) FROM instances \(conditions.text) ORDER BY \(listing.orderText)",
      arguments: conditions.arguments
    ) { row -> Int? in
      let isAdmitted = listing.looks.indices.allSatisfy { listing.looks[$0].admits(row.optionalText($0 + 1)) }
      return isAdmitted ? row.integer(0) : nil
    }
    return try found.compactMap(\.self).prefix(listing.limit).compactMap { number in
      try first("SELECT \(InstanceColumns.all) FROM instances WHERE number = ?", number) { try Instance(row: $0) }
    }
  }

  /// The instances of a project, or of all, whose addresses may have changed since they were fetched; the newest come
  /// first.
  package func instancesWithStaleNetworkInfo(inProject projectID: String?, limit: Int) throws -> [Instance] {
    try rows(
      """
      SELECT \(InstanceColumns.all) FROM instances
      WHERE network_info_stale = 1 AND (?1 IS NULL OR project_id = ?1) ORDER BY number DESC LIMIT ?2
      """,
      projectID, limit
    ) { row in try Instance(row: row) }
  }
}
