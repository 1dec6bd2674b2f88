package import JSON
package import Model

/// `get_ports`: whose port has an address on a network, for the metadata agent. Upstream's method with two of its
/// filters and three members of its answer's ports.
package enum GetPorts: RPCMethod {
  package static let name = "get_ports"
  package static let version = "1.0"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    package var networkID: UUID
    package var ipAddress: String

    package init(networkID: UUID, ipAddress: String) {
      (self.networkID, self.ipAddress) = (networkID, ipAddress)
    }

    package init(json: JSONValue) throws {
      let filters = try Members(json).members("filters")
      let networks = try filters.strings("network_id")
      let addresses = try filters.members("fixed_ips").strings("ip_address")
      guard networks.count == 1, let network = networks.first.flatMap({ UUID($0) }) else {
        throw MalformedBody(member: "filters.network_id", expected: "one UUID", found: JSONValue(networks))
      }
      guard addresses.count == 1, let address = addresses.first else {
        throw MalformedBody(
          member: "filters.fixed_ips.ip_address", expected: "one address", found: JSONValue(addresses))
      }
      self.init(networkID: network, ipAddress: address)
    }

    package var json: JSONValue {
      [
        "filters": [
          "network_id": [.string("\(networkID)")], "fixed_ips": ["ip_address": [.string(ipAddress)]],
        ]
      ]
    }
  }

  package struct Result: JSONConvertible, Hashable, Sendable {
    package struct Port: Hashable, Sendable {
      package var id: UUID
      /// The instance's id for an instance's port.
      package var deviceID: String
      package var projectID: String

      package init(id: UUID, deviceID: String, projectID: String) {
        (self.id, self.deviceID, self.projectID) = (id, deviceID, projectID)
      }
    }

    package var ports: [Port]

    package init(_ ports: [Port]) {
      self.ports = ports
    }

    package init(json: JSONValue) throws {
      ports = try Members(["result": json]).objects("result") { port in
        Port(
          id: try port.uuid("id"), deviceID: try port.string("device_id"), projectID: try port.string("project_id"))
      }
    }

    package var json: JSONValue {
      .array(
        ports.map {
          [
            "id": .string("\($0.id)"), "device_id": .string($0.deviceID), "project_id": .string($0.projectID),
            "tenant_id": .string($0.projectID),
          ]
        })
    }
  }
}
