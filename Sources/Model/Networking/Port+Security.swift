// What port security lets through: addresses of the port's own, what its address pairs add, and what its groups allow.

extension Port {
  /// Whether the port is a network service's own, such as DHCP's: nothing is filtered there
  /// (`neutron_lib/utils/net.py` `is_port_trusted`).
  package var isTrusted: Bool { Port.isTrusted(deviceOwner: deviceOwner) }

  /// Whether a port with this `device_owner` is a network service's own.
  package static func isTrusted(deviceOwner: String) -> Bool { deviceOwner.hasPrefix("network:") }

  /// Whether a new port has port security (`neutron/plugins/ml2/extensions/port_security.py`).
  ///
  /// - Parameters:
  ///   - wanted: What was asked for; `nil` leaves it to the network.
  ///   - network: What the network says.
  package static func startsWithPortSecurity(deviceOwner: String, wanted: Bool?, network: Bool) -> Bool {
    isTrusted(deviceOwner: deviceOwner) ? false : wanted ?? network
  }

  /// The ids that ``securityGroups`` holds; what is no id is left out.
  package var securityGroupIDs: [UUID] {
    guard securityGroups.utf8.count > 2 else { return [] }
    return securityGroups.split(separator: "\"").compactMap { UUID($0) }
  }

  /// ``securityGroups`` for these ids.
  package static func securityGroups(_ ids: [UUID]) -> String {
    "[\(ids.map { "\"\($0)\"" }.joined(separator: ","))]"
  }
}

/// What without port security is a contradiction (`neutron/plugins/ml2/plugin.py` `_portsec_ext_port_*_processing`).
package enum PortSecurityConflict: CaseIterable, Sendable {
  /// Address pairs widen what port security narrows.
  case addressPairs
  /// Groups are asked for.
  case wantedGroups
  /// The port has groups, and nobody asks for them to be taken away.
  case presentGroups

  /// What contradicts a port's lack of port security; `nil` if it has port security, or if nothing does.
  ///
  /// - Parameters:
  ///   - hasAddressPairs: Whether the port would have address pairs.
  ///   - wantsGroups: Whether the request names groups; `nil` if it does not speak of them.
  ///   - hasGroups: Whether the port has groups so far.
  package static func found(
    isPortSecurityEnabled: Bool, hasAddressPairs: Bool, wantsGroups: Bool?, hasGroups: Bool
  ) -> PortSecurityConflict? {
    if isPortSecurityEnabled { return nil }
    if hasAddressPairs { return .addressPairs }
    if let wantsGroups { return wantsGroups ? .wantedGroups : nil }
    return hasGroups ? .presentGroups : nil
  }
}
