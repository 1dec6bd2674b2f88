import JSON
import Model
import OpenStackHTTP
import Store

extension AttributeReader {
  /// Reads `security_groups`; `null` is an empty list.
  func securityGroupIDs() throws -> [UUID]? {
    guard let value = body["security_groups"] else { return nil }
    if value.isNull { return [] }
    guard let list = value.array else {
      throw APIError.invalidAttribute("security_groups", "\(quoted(value)) is not a list")
    }
    var ids: [UUID] = []
    for element in list {
      guard let id = element.string.flatMap({ UUID($0) }) else {
        throw APIError.invalidAttribute("security_groups", "\(quoted(element)) is not a valid UUID")
      }
      guard !ids.contains(id) else {
        throw APIError.invalidAttribute("security_groups", "Duplicate items in the list: '\(id)'")
      }
      ids.append(id)
    }
    return ids
  }
}

extension Transaction {
  /// The groups of a new port: those that are asked for, or its project's default group if it has port security.
  ///
  /// - Throws: `APIError` as ``checkSecurityGroups(_:ofProject:caller:)``.
  func securityGroups(
    _ wanted: [UUID]?, ofNewPort port: Port, caller: NetworkCaller
  ) throws -> [UUID] {
    if port.isTrusted { return [] }
    if let wanted {
      try checkSecurityGroups(wanted, ofProject: port.projectID, caller: caller)
      return wanted
    }
    guard port.portSecurityEnabled, !port.projectID.isEmpty else { return [] }
    return [try defaultSecurityGroup(ofProject: port.projectID)]
  }

  /// Checks that the groups are there and the port's project's, unless an administrator gives them.
  ///
  /// - Throws: `APIError` 404, with all that are missing, or 409 if some of the groups are stateful and some are not.
  func checkSecurityGroups(_ ids: [UUID], ofProject project: String, caller: NetworkCaller) throws {
    guard !ids.isEmpty else { return }
    let groups = try securityGroups(ids)
    let usable = Set(groups.filter { caller.seesAll || $0.projectID == project }.map(\.id))
    let missing = ids.filter { !usable.contains($0) }
    guard missing.isEmpty else {
      throw APIError.securityGroupNotFound(missing.map(\.description).joined(separator: ", "))
    }
    guard Set(groups.map(\.isStateful)).count == 1 else { throw APIError.mixedStatefulness }
  }
}

extension PortSecurityConflict {
  /// Upstream's exception (`neutron_lib/exceptions/port_security.py`, `allowedaddresspairs.py`).
  var apiError: APIError {
    switch self {
    case .addressPairs:
      .conflict(
        "Port Security must be enabled in order to have allowed address pairs on a port.",
        type: "AddressPairAndPortSecurityRequired")
    case .wantedGroups:
      .badRequest(
        "Port security must be enabled and port must have an IP address in order to use security groups.",
        type: "PortSecurityAndIPRequiredForSecurityGroups")
    case .presentGroups:
      .conflict(
        "Port has security group associated. Cannot disable port security or IP address until security group is "
          + "removed.",
        type: "PortSecurityPortHasSecurityGroup")
    }
  }
}
