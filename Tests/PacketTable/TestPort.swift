package import JSON
package import Model

/// A port of the packet tests, and what the server says of it.
package struct TestPort: Hashable, Sendable {
  package var name: String
  package var network = "n1"
  package var mac: String
  package var addresses: [String]
  package var pairs: [[String]] = []
  package var groups: [String] = []
  package var owner = "compute:nova"
  package var isSecure = true

  package var macAddress: MACAddress { MACAddress(mac)! }
  package var device: String { "tap\(name)" }

  package init(
    name: String, network: String = "n1", mac: String, addresses: [String], pairs: [[String]] = [],
    groups: [String] = [], owner: String = "compute:nova", isSecure: Bool = true
  ) {
    (self.name, self.network, self.mac, self.addresses) = (name, network, mac, addresses)
    (self.pairs, self.groups, self.owner, self.isSecure) = (pairs, groups, owner, isSecure)
  }
}

extension JSONValue {
  /// A rule as the server tells it.
  package static func rule(
    _ direction: String, _ ethertype: String = "IPv4", _ ipProtocol: String? = nil, _ ports: ClosedRange<Int>? = nil,
    type: Int? = nil, prefix: String? = nil, group: String? = nil, stateful: Bool = true
  ) -> JSONValue {
    var rule = JSONObject()
    (rule["direction"], rule["ethertype"]) = (.string(direction), .string(ethertype))
    rule["stateful"] = .bool(stateful)
    rule["protocol"] = ipProtocol.map(JSONValue.string)
    rule["port_range_min"] = (ports?.lowerBound ?? type).map { .integer(Int64($0)) }
    rule["port_range_max"] = ports.map { .integer(Int64($0.upperBound)) }
    rule[direction == "ingress" ? "source_ip_prefix" : "dest_ip_prefix"] = prefix.map(JSONValue.string)
    rule["remote_group_id"] = group.map(JSONValue.string)
    return .object(rule)
  }
}
