import HTTPTypes
import Model
import OpenStackHTTP
import Store

extension TaggedTable {
  /// The resource's name in policies, such as `security_group`.
  var resource: String { self == .qosPolicies ? "policy" : String(rawValue.dropLast()) }

  /// The list's part of the path, such as `security-groups`.
  var path: String { String(rawValue.map { $0 == "_" ? "-" : $0 }) }
}

/// A row that the caller sees, as far as its tags are concerned.
struct TaggedResource: Sendable {
  let tags: TagList
  let revision: Int
  let target: PolicyTarget
}

extension Snapshot {
  /// - Throws: `APIError` 404 if there is no such row, or the caller must not know.
  func taggedResource(_ table: TaggedTable, _ name: String, for caller: NetworkCaller) throws -> TaggedResource {
    guard let id = UUID(name), let row = try tags(of: table, id), try isVisible(table, id, row, to: caller) else {
      throw APIError.notFound(
        "Resource \(table.rawValue) \(name) could not be found.", type: "TagResourceNotFound")
    }
    return TaggedResource(
      tags: try TagList(stored: row.tags), revision: row.revision,
      target: PolicyTarget(project: row.project, networkProject: row.networkProject))
  }

  private func isVisible(
    _ table: TaggedTable, _ id: UUID, _ row: TagRow, to caller: NetworkCaller
  ) throws -> Bool {
    if caller.owns(row.project) { return true }
    do {
      switch table {
      case .networks: _ = try visibleNetwork(id, to: caller)
      case .subnets: _ = try visibleSubnet(id, to: caller)
      case .ports: _ = try visiblePort(id, to: caller)
      case .subnetpools, .qosPolicies: return row.isShared
      case .securityGroups: _ = try visibleSecurityGroup(id, to: caller)
      }
      return true
    } catch let error as APIError where error.status == .notFound {
      return false
    }
  }
}
