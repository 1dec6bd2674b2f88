import JSON
import Model

/// What is known of an instance's ports, as it is kept in the instance's row.
enum NetworkInfo {
  struct Port: Hashable, Sendable {
    struct Address: Hashable, Sendable {
      var address: String
      var subnetID: String
    }

    var portID: String
    var networkID: String
    /// The network's name, under which the addresses are shown.
    var network: String
    var macAddress: String
    var status: String
    var addresses: [Address]
  }

  /// A row that cannot be read counts as nothing known: the next refresh writes it anew.
  static func ports(of instance: Instance) -> [Port] {
    ((try? JSONValue(parsing: instance.networkInfo.utf8))?.array ?? []).map { port in
      Port(
        portID: port["port_id"]?.string ?? "", networkID: port["network_id"]?.string ?? "",
        network: port["network"]?.string ?? "", macAddress: port["mac_address"]?.string ?? "",
        status: port["status"]?.string ?? "",
        addresses: (port["addresses"]?.array ?? []).map {
          Port.Address(address: $0["address"]?.string ?? "", subnetID: $0["subnet_id"]?.string ?? "")
        })
    }
  }

  static func json(of ports: [Port]) -> JSONValue {
    .array(
      ports.map { port in
        [
          "port_id": .string(port.portID), "network_id": .string(port.networkID), "network": .string(port.network),
          "mac_address": .string(port.macAddress), "status": .string(port.status),
          "addresses": .array(
            port.addresses.map { ["address": .string($0.address), "subnet_id": .string($0.subnetID)] }),
        ]
      })
  }

  /// Writes the `addresses` of a server: an object of lists by network.
  /// - Parameter isDetailed: with type and MAC address, as in a server; without, as in `/ips`.
  static func writeAddresses(of instance: Instance, isDetailed: Bool, to writer: inout JSONWriter) {
    var networks: [String] = []
    var entries: [String: [JSONValue]] = [:]
    for port in ports(of: instance) where !port.addresses.isEmpty {
      if entries[port.network] == nil { networks.append(port.network) }
      for address in port.addresses {
        var entry = JSONObject()
        entry["version"] = address.address.contains(":") ? 6 : 4
        entry["addr"] = .string(address.address)
        if isDetailed {
          entry["OS-EXT-IPS:type"] = "fixed"
          entry["OS-EXT-IPS-MAC:mac_addr"] = .string(port.macAddress)
        }
        entries[port.network, default: []].append(.object(entry))
      }
    }
    writer.object { object in
      for network in networks { object.member(named: network, .array(entries[network] ?? [])) }
    }
  }
}
