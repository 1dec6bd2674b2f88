import HostRPC
import JSON
import Model
import Store

// The answer to `security_group_info_for_devices`, in upstream's form (`security_group_info_for_ports` of
// `neutron/db/securitygroups_rpc_base.py`).

extension NetworkService {
  func securityGroupInfo(
    _ arguments: SecurityGroupInfoForDevices.Arguments, host: String
  ) async throws -> SecurityGroupInfoForDevices.Result {
    try await store.read { snapshot in
      let devices = try arguments.devices.compactMap { device -> FilteredDevice? in
        guard let port = try snapshot.port(ofDevice: device, host: host), !port.isTrusted else { return nil }
        return FilteredDevice(name: device, port: port)
      }
      let used = Array(Set(devices.flatMap(\.port.securityGroupIDs)))
      let groups = try snapshot.securityGroups(used)
      let rules = Dictionary(grouping: try snapshot.rules(ofSecurityGroups: used), by: \.securityGroupID)
      let remote = Array(Set(rules.values.joined().compactMap(\.remoteGroupID)))
      let members = try snapshot.members(ofSecurityGroups: remote)
      return SecurityGroupInfoForDevices.Result(
        devices: .object(
          devices.map { device in
            let rules = device.port.securityGroupIDs.flatMap { rules[$0] ?? [] }
            return (device.port.id.description, device.json(rules: rules))
          }),
        securityGroups: .object(
          groups.map { group in
            let shown = (rules[group.id] ?? []).map { $0.enforced(isStateful: group.isStateful) }
            return (group.id.description, .array(shown.withoutRepeats))
          }),
        memberIPs: .memberIPs(members, rules: rules.values.joined()))
    }
  }
}

/// A device whose traffic is filtered, and its port.
private struct FilteredDevice {
  let name: String
  let port: Port

  /// The port as the API shows it, with what an agent needs besides.
  ///
  /// - Parameter rules: Those of its groups.
  func json(rules: [SecurityGroupRule]) -> JSONValue {
    var writer = JSONWriter(reservingCapacity: 1024)
    port.write(to: &writer, ResourceView(isAdmin: true))
    // What we wrote ourselves is JSON.
    var object = (try? JSONValue(parsing: writer.bytes))?.object ?? JSONObject()
    object["fixed_ips"] = .array(port.fixedIPs.map { .string($0.address.description) })
    object["security_group_rules"] = .array(port.providerRules)
    var sources: [UUID] = []
    for group in rules.compactMap(\.remoteGroupID) where !sources.contains(group) { sources.append(group) }
    object["security_group_source_groups"] = .array(sources.map { .string($0.description) })
    object["security_group_remote_address_groups"] = []
    object["device"] = .string(name)
    return .object(object)
  }
}

extension Port {
  /// What every port lets in whatever its groups say: the announcements of its router, and the answers of its DHCP
  /// servers.
  fileprivate var providerRules: [JSONValue] {
    let (v4, v6) = (
      fixedIPs.map(\.address).filter { $0.version == .v4 }, fixedIPs.map(\.address).filter { $0.version == .v6 }
    )
    var rules: [JSONValue] = []
    if !v6.isEmpty {
      rules.append([
        "direction": "ingress", "ethertype": "IPv6", "protocol": "ipv6-icmp", "source_port_range_min": 134,
      ])
    }
    // A server answers to the address or to all; over IPv6 to the link-local address too.
    for destination in v4.map({ "\($0)/32" }) + ["255.255.255.255/32"] {
      rules.append(Self.dhcpRule(.ipv4, from: 67, to: 68, destination))
    }
    for destination in v6.map({ "\($0)/128" }) + ["fe80::/64"] {
      rules.append(Self.dhcpRule(.ipv6, from: 547, to: 546, destination))
    }
    return rules
  }

  private static func dhcpRule(_ ethertype: Ethertype, from source: Int, to port: Int, _ destination: String)
    -> JSONValue
  {
    let (source, port) = (JSONValue.integer(Int64(source)), JSONValue.integer(Int64(port)))
    return [
      "direction": "ingress", "ethertype": .string(ethertype.rawValue), "protocol": "udp", "port_range_min": port,
      "port_range_max": port, "source_port_range_min": source, "source_port_range_max": source,
      "dest_ip_prefix": .string(destination),
    ]
  }
}

extension SecurityGroupRule {
  /// The rule as an agent enforces it: only the members that say something.
  fileprivate func enforced(isStateful: Bool) -> JSONValue {
    var rule = JSONObject()
    rule["direction"] = .string(traffic.direction.rawValue)
    rule["ethertype"] = .string(traffic.ethertype.rawValue)
    rule["stateful"] = .bool(isStateful)
    rule["protocol"] = traffic.ipProtocol.map { .string($0.text) }
    rule["port_range_min"] = traffic.portRangeMin.map { .integer(Int64($0)) }
    rule["port_range_max"] = traffic.portRangeMax.map { .integer(Int64($0)) }
    let end = traffic.direction == .ingress ? "source_ip_prefix" : "dest_ip_prefix"
    rule[end] = traffic.remotePrefix.map { .string($0.network.description) }
    rule["remote_group_id"] = remoteGroupID.map { .string($0.description) }
    return .object(rule)
  }
}

extension Ethertype {
  /// The version of an address or of a prefix; `nil` if it is neither.
  fileprivate init?(ofAddress text: String) {
    guard let prefix = RemotePrefix(text) else { return nil }
    self.init(prefix.network.version)
  }
}

extension [JSONValue] {
  /// Two rules that differ only in what an agent does not see are one to it.
  fileprivate var withoutRepeats: [JSONValue] {
    var seen: Set<JSONValue> = []
    return filter { seen.insert($0).inserted }
  }
}

extension JSONValue {
  /// For each group that a rule refers to, the addresses of the versions that these rules are about.
  fileprivate static func memberIPs(
    _ members: [SecurityGroupMember], rules: some Sequence<SecurityGroupRule>
  ) -> JSONValue {
    var wanted: [UUID: Set<Ethertype>] = [:]
    for rule in rules {
      if let group = rule.remoteGroupID { wanted[group, default: []].insert(rule.traffic.ethertype) }
    }
    let known = Dictionary(grouping: members, by: \.securityGroupID)
    return .object(
      wanted.map { group, ethertypes in
        let lists = ethertypes.sorted { $0.rawValue < $1.rawValue }.map { ethertype in
          let addresses = (known[group] ?? []).filter { Ethertype(ofAddress: $0.address) == ethertype }
          return (
            ethertype.rawValue, JSONValue.array(addresses.map { [.string($0.address), JSONValue($0.macAddress)] })
          )
        }
        return (group.description, .object(lists))
      })
  }

  fileprivate static func object(_ members: [(String, JSONValue)]) -> JSONValue {
    .object(JSONObject(members: members.map { JSONObject.Member(name: $0.0, value: $0.1) }))
  }
}
