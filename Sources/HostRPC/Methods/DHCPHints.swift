package import JSON
package import Model

// What the server tells DHCP agents, by upstream's names (`neutron/api/rpc/agentnotifiers/dhcp_rpc_agent_api.py`). Each is
// a hint that its network has changed: what has become of it is asked for.

/// A hint to DHCP agents.
package protocol DHCPHint: RPCMethod where Arguments == DHCPHintArguments, Result == NoResult {}

extension DHCPHint {
  package static var version: String { "1.0" }
}

/// `network_create_end`: a network has been made.
package enum NetworkCreateEnd: DHCPHint { package static let name = "network_create_end" }
/// `network_update_end`: a network has changed. It may have been given to the agent, or taken away from it.
package enum NetworkUpdateEnd: DHCPHint { package static let name = "network_update_end" }
/// `network_delete_end`: a network has gone.
package enum NetworkDeleteEnd: DHCPHint { package static let name = "network_delete_end" }
/// `subnet_create_end`: a subnet has been made.
package enum SubnetCreateEnd: DHCPHint { package static let name = "subnet_create_end" }
/// `subnet_update_end`: a subnet has changed.
package enum SubnetUpdateEnd: DHCPHint { package static let name = "subnet_update_end" }
/// `subnet_delete_end`: a subnet has gone.
package enum SubnetDeleteEnd: DHCPHint { package static let name = "subnet_delete_end" }
/// `port_create_end`: a port has been made.
package enum PortCreateEnd: DHCPHint { package static let name = "port_create_end" }
/// `port_update_end`: a port has changed.
package enum PortUpdateEnd: DHCPHint { package static let name = "port_update_end" }
/// `port_delete_end`: a port has gone.
package enum PortDeleteEnd: DHCPHint { package static let name = "port_delete_end" }

/// `{"payload": {...}}`: in it a `network`, `subnet` or `port`, or the ids of one that has gone.
package struct DHCPHintArguments: JSONConvertible, Hashable, Sendable {
  package var payload: JSONValue

  package init(payload: JSONValue) {
    self.payload = payload
  }

  package init(json: JSONValue) throws {
    payload = try Members(json).object("payload")
  }

  package var json: JSONValue { ["payload": payload] }

  /// The network that it is about; `nil` if the payload does not say.
  package var networkID: UUID? {
    let text =
      payload["network"]?["id"]?.string ?? payload["subnet"]?["network_id"]?.string
      ?? payload["port"]?["network_id"]?.string ?? payload["network_id"]?.string
    return text.flatMap { UUID($0) }
  }

  /// The port that it is about; `nil` if it is about something else, or about a port that has gone.
  package var portID: UUID? { payload["port"]?["id"]?.string.flatMap { UUID($0) } }
}
