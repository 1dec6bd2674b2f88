package import JSON
package import Model

// What the server tells agents. Each is a hint that wakes the agent's comparison, never the only way to learn of a
// change.

/// `port_update`: a port has changed.
package enum PortUpdate: RPCMethod {
  package typealias Result = NoResult
  package static let name = "port_update"
  package static let version = "1.0"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    /// The port as the Networking API shows it.
    package var port: JSONValue
    package var networkType: String?
    package var segmentationID: Int?
    package var physicalNetwork: String?

    package init(port: JSONValue, networkType: String?, segmentationID: Int?, physicalNetwork: String?) {
      (self.port, self.networkType) = (port, networkType)
      (self.segmentationID, self.physicalNetwork) = (segmentationID, physicalNetwork)
    }

    package init(json: JSONValue) throws {
      let members = try Members(json)
      port = try members.object("port")
      networkType = try members.optionalString("network_type")
      segmentationID = try members.optionalInteger("segmentation_id")
      physicalNetwork = try members.optionalString("physical_network")
    }

    package var json: JSONValue {
      [
        "port": port, "network_type": JSONValue(networkType), "segmentation_id": JSONValue(segmentationID),
        "physical_network": JSONValue(physicalNetwork),
      ]
    }

    /// The port's id, if the port has one.
    package var portID: UUID? { port["id"]?.string.flatMap { UUID($0) } }
  }
}

/// `port_delete`: a port is gone.
package enum PortDelete: RPCMethod {
  package typealias Result = NoResult
  package static let name = "port_delete"
  package static let version = "1.0"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    package var portID: UUID

    package init(portID: UUID) {
      self.portID = portID
    }

    package init(json: JSONValue) throws {
      portID = try Members(json).uuid("port_id")
    }

    package var json: JSONValue { ["port_id": .string("\(portID)")] }
  }
}

/// `network_delete`: a network is gone, and so should its bridge be.
package enum NetworkDelete: RPCMethod {
  package typealias Result = NoResult
  package static let name = "network_delete"
  package static let version = "1.0"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    package var networkID: UUID

    package init(networkID: UUID) {
      self.networkID = networkID
    }

    package init(json: JSONValue) throws {
      networkID = try Members(json).uuid("network_id")
    }

    package var json: JSONValue { ["network_id": .string("\(networkID)")] }
  }
}

/// `network_update`: a network has changed, for instance its MTU.
package enum NetworkUpdate: RPCMethod {
  package typealias Result = NoResult
  package static let name = "network_update"
  package static let version = "1.4"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    /// The network as the Networking API shows it.
    package var network: JSONValue

    package init(network: JSONValue) {
      self.network = network
    }

    package init(json: JSONValue) throws {
      network = try Members(json).object("network")
    }

    package var json: JSONValue { ["network": network] }

    /// The network's id, if the network has one.
    package var networkID: UUID? { network["id"]?.string.flatMap { UUID($0) } }
  }
}

/// `binding_activate`: the port's binding on `host` is the active one now.
package enum BindingActivate: RPCMethod {
  package typealias Arguments = BindingHint
  package typealias Result = NoResult
  package static let name = "binding_activate"
  package static let version = "1.5"
}

/// `binding_deactivate`: the port's binding on `host` is no longer the active one.
package enum BindingDeactivate: RPCMethod {
  package typealias Arguments = BindingHint
  package typealias Result = NoResult
  package static let name = "binding_deactivate"
  package static let version = "1.5"
}

/// A binding that was switched on or off.
package struct BindingHint: JSONConvertible, Hashable, Sendable {
  package var portID: UUID
  package var host: String
  /// Sent with a deactivation, so that the agent can find the bridge.
  package var networkID: UUID?

  package init(portID: UUID, host: String, networkID: UUID? = nil) {
    (self.portID, self.host, self.networkID) = (portID, host, networkID)
  }

  package init(json: JSONValue) throws {
    let members = try Members(json)
    portID = try members.uuid("port_id")
    host = try members.string("host")
    networkID = try members.optionalUUID("network_id")
  }

  package var json: JSONValue {
    var object = JSONObject()
    object["port_id"] = .string("\(portID)")
    object["host"] = .string(host)
    object["network_id"] = networkID.map { .string("\($0)") }
    return .object(object)
  }
}
