package import JSON
package import Model

// What a DHCP agent asks of the server, by upstream's names (`neutron/agent/dhcp/agent.py`, `DhcpPluginApi`).

/// `get_active_networks_info`: all networks that the host's DHCP agent is to serve. Networks that no agent serves yet
/// are given to it first.
package enum GetActiveNetworksInfo: RPCMethod {
  package static let name = "get_active_networks_info"
  package static let version = "1.1"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    package var host: String

    package init(host: String) {
      self.host = host
    }

    package init(json: JSONValue) throws {
      host = try Members(json).string("host")
    }

    package var json: JSONValue { ["host": .string(host), "enable_dhcp_filter": false] }
  }

  package struct Result: JSONConvertible, Hashable, Sendable {
    package var networks: [DHCPNetwork]

    package init(networks: [DHCPNetwork]) {
      self.networks = networks
    }

    package init(json: JSONValue) throws {
      networks = try Members(["networks": json]).objects("networks") { try DHCPNetwork($0) }
    }

    package var json: JSONValue { .array(networks.map(\.json)) }
  }
}

/// `get_network_info`: one network, or nothing if the host's DHCP agent is not to serve it.
package enum GetNetworkInfo: RPCMethod {
  package static let name = "get_network_info"
  package static let version = "1.8"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    package var networkID: UUID
    package var host: String

    package init(networkID: UUID, host: String) {
      (self.networkID, self.host) = (networkID, host)
    }

    package init(json: JSONValue) throws {
      let members = try Members(json)
      networkID = try members.uuid("network_id")
      host = try members.string("host")
    }

    package var json: JSONValue { ["network_id": .string("\(networkID)"), "host": .string(host)] }
  }

  package struct Result: JSONConvertible, Hashable, Sendable {
    package var network: DHCPNetwork?

    package init(network: DHCPNetwork?) {
      self.network = network
    }

    package init(json: JSONValue) throws {
      network = json.isNull ? nil : try DHCPNetwork(Members(json))
    }

    package var json: JSONValue { network?.json ?? .null }
  }
}

/// `create_dhcp_port`: the agent's own port on a network, with an address of each subnet that has DHCP. A port that the
/// agent has there already, told by its device id, is brought up to date and given back.
package enum CreateDHCPPort: RPCMethod {
  package static let name = "create_dhcp_port"
  package static let version = "1.1"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    package var networkID: UUID
    /// `dhcp<uuid5 of the host's name>-<network's id>`.
    package var deviceID: String
    package var host: String

    package init(networkID: UUID, deviceID: String, host: String) {
      (self.networkID, self.deviceID, self.host) = (networkID, deviceID, host)
    }

    package init(json: JSONValue) throws {
      let members = try Members(json)
      host = try members.string("host")
      let port = try members.members("port").members("port")
      networkID = try port.uuid("network_id")
      deviceID = try port.string("device_id")
    }

    package var json: JSONValue {
      [
        "host": .string(host),
        "port": ["port": ["network_id": .string("\(networkID)"), "device_id": .string(deviceID)]],
      ]
    }
  }

  package typealias Result = DHCPPortAnswer
}

/// The agent's own port; nothing if the network has gone or has no subnet with DHCP.
package struct DHCPPortAnswer: JSONConvertible, Hashable, Sendable {
  package var port: DHCPPort?

  package init(port: DHCPPort?) {
    self.port = port
  }

  package init(json: JSONValue) throws {
    port = json.isNull ? nil : try DHCPPort(Members(json))
  }

  package var json: JSONValue { port?.json ?? .null }
}

/// `release_dhcp_port`: the agent no longer serves the network.
package enum ReleaseDHCPPort: RPCMethod {
  package typealias Result = NoResult
  package static let name = "release_dhcp_port"
  package static let version = "1.1"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    package var networkID: UUID
    package var deviceID: String
    package var host: String

    package init(networkID: UUID, deviceID: String, host: String) {
      (self.networkID, self.deviceID, self.host) = (networkID, deviceID, host)
    }

    package init(json: JSONValue) throws {
      let members = try Members(json)
      networkID = try members.uuid("network_id")
      deviceID = try members.string("device_id")
      host = try members.string("host")
    }

    package var json: JSONValue {
      ["network_id": .string("\(networkID)"), "device_id": .string(deviceID), "host": .string(host)]
    }
  }
}

/// `dhcp_ready_on_ports`: a DHCP server answers for these ports now, so they need not wait for it any more.
package enum DHCPReadyOnPorts: RPCMethod {
  package typealias Result = NoResult
  package static let name = "dhcp_ready_on_ports"
  package static let version = "1.5"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    package var portIDs: [UUID]

    package init(portIDs: [UUID]) {
      self.portIDs = portIDs
    }

    package init(json: JSONValue) throws {
      portIDs = try Members(json).strings("port_ids").map { text in
        guard let id = UUID(text) else {
          throw MalformedBody(member: "port_ids", expected: "UUIDs", found: .string(text))
        }
        return id
      }
    }

    package var json: JSONValue { ["port_ids": JSONValue(portIDs.map(\.description))] }
  }
}
