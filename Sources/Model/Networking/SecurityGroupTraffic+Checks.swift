/// Why a rule makes no sense. Upstream has an error type for each.
package enum SecurityGroupRuleFault: Error, Hashable, Sendable {
  case portsWithoutProtocol
  /// The protocol has no ports; its number.
  case portsForProtocol(Int)
  case portValue(Int)
  case portRange
  case icmpValue(field: String, attribute: String, value: Int)
  /// A code without a type.
  case missingICMPType(code: Int)
  /// The prefix is of the other version.
  case prefixVersion(Ethertype, prefix: String)
  case protocolVersion(Ethertype, ipProtocol: String)
}

extension SecurityGroupTraffic {
  /// The rule in the form in which it is kept: ICMP of IPv6 under its own name, and all ports as no range.
  package var canonical: SecurityGroupTraffic {
    var canonical = self
    if ethertype == .ipv6, let text = ipProtocol?.text {
      if text == "icmp" || text == IPProtocol.legacyIPv6ICMP { canonical.ipProtocol = .ipv6ICMP }
      if text == "1" { canonical.ipProtocol = IPProtocol("58") }
    }
    if portRangeMin == 1, portRangeMax == 65535 { (canonical.portRangeMin, canonical.portRangeMax) = (nil, nil) }
    return canonical
  }

  /// Judges a rule in its canonical form, in upstream's order (`_validate_base_security_group_rule_attributes` of
  /// `neutron/db/securitygroups_db.py`).
  package func check() throws(SecurityGroupRuleFault) {
    try checkPorts()
    if let remotePrefix, Ethertype(remotePrefix.network.version) != ethertype {
      throw .prefixVersion(ethertype, prefix: remotePrefix.text)
    }
    if ethertype == .ipv4, let ipProtocol, ipProtocol.isIPv6Only {
      throw .protocolVersion(ethertype, ipProtocol: ipProtocol.text)
    }
  }

  private func checkPorts() throws(SecurityGroupRuleFault) {
    guard portRangeMin != nil || portRangeMax != nil else { return }
    guard let ipProtocol else { throw .portsWithoutProtocol }
    if ipProtocol.hasPorts {
      guard portRangeMin != 0, portRangeMax != 0 else { throw .portValue(0) }
      guard let portRangeMin, let portRangeMax, portRangeMin <= portRangeMax else { throw .portRange }
    } else if ipProtocol.isICMP {
      try checkICMP()
    } else {
      throw .portsForProtocol(ipProtocol.number)
    }
  }

  private func checkICMP() throws(SecurityGroupRuleFault) {
    if let portRangeMin, portRangeMin > 255 {
      throw .icmpValue(field: "type", attribute: "port_range_min", value: portRangeMin)
    }
    if let portRangeMax, portRangeMax > 255 {
      throw .icmpValue(field: "code", attribute: "port_range_max", value: portRangeMax)
    }
    if portRangeMin == nil, let portRangeMax { throw .missingICMPType(code: portRangeMax) }
  }
}
