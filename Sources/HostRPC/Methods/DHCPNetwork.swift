package import JSON
package import Model

/// A network as a DHCP agent has to know it: with its subnets and all ports that it may have to serve. The members carry
/// upstream's names (`get_network_info`), so that a stock agent finds what it reads.
package struct DHCPNetwork: Hashable, Sendable {
  package var id: UUID
  package var adminStateUp: Bool
  /// Of the network, in bytes of IP packet.
  package var mtu: Int
  package var subnets: [DHCPSubnet]
  package var ports: [DHCPPort]

  package init(id: UUID, adminStateUp: Bool = true, mtu: Int, subnets: [DHCPSubnet], ports: [DHCPPort]) {
    (self.id, self.adminStateUp, self.mtu, self.subnets, self.ports) = (id, adminStateUp, mtu, subnets, ports)
  }

  init(_ members: Members) throws {
    id = try members.uuid("id")
    adminStateUp = try members.bool("admin_state_up")
    mtu = try members.integer("mtu")
    subnets = try members.objects("subnets") { try DHCPSubnet($0) }
    ports = try members.objects("ports") { try DHCPPort($0) }
  }

  var json: JSONValue {
    [
      "id": .string("\(id)"), "admin_state_up": .bool(adminStateUp), "mtu": JSONValue(mtu),
      "subnets": .array(subnets.map(\.json)), "non_local_subnets": [], "ports": .array(ports.map(\.json)),
    ]
  }
}

/// A subnet as a DHCP agent has to know it.
package struct DHCPSubnet: Hashable, Sendable {
  package var id: UUID
  package var cidr: IPNetwork
  package var gatewayIP: IPAddress?
  package var enableDHCP: Bool
  package var dnsNameservers: [IPAddress]
  package var hostRoutes: [HostRoute]
  package var ipv6RAMode: IPv6Mode?
  package var ipv6AddressMode: IPv6Mode?

  package init(
    id: UUID, cidr: IPNetwork, gatewayIP: IPAddress? = nil, enableDHCP: Bool = true, dnsNameservers: [IPAddress] = [],
    hostRoutes: [HostRoute] = [], ipv6RAMode: IPv6Mode? = nil, ipv6AddressMode: IPv6Mode? = nil
  ) {
    (self.id, self.cidr, self.gatewayIP, self.enableDHCP) = (id, cidr, gatewayIP, enableDHCP)
    (self.dnsNameservers, self.hostRoutes) = (dnsNameservers, hostRoutes)
    (self.ipv6RAMode, self.ipv6AddressMode) = (ipv6RAMode, ipv6AddressMode)
  }

  init(_ members: Members) throws {
    id = try members.uuid("id")
    cidr = try members.network("cidr")
    gatewayIP = try members["gateway_ip"] == nil ? nil : members.address("gateway_ip")
    enableDHCP = try members.bool("enable_dhcp")
    dnsNameservers = try members.strings("dns_nameservers").map { text in
      guard let address = IPAddress(text) else {
        throw MalformedBody(member: "dns_nameservers", expected: "addresses", found: .string(text))
      }
      return address
    }
    hostRoutes = try members.objects("host_routes") {
      HostRoute(destination: try $0.network("destination"), nextHop: try $0.address("nexthop"))
    }
    ipv6RAMode = try members["ipv6_ra_mode"] == nil ? nil : members.choice("ipv6_ra_mode")
    ipv6AddressMode = try members["ipv6_address_mode"] == nil ? nil : members.choice("ipv6_address_mode")
  }

  var json: JSONValue {
    [
      "id": .string("\(id)"), "cidr": .string("\(cidr)"), "ip_version": JSONValue(cidr.version.rawValue),
      "gateway_ip": JSONValue(gatewayIP?.description), "enable_dhcp": .bool(enableDHCP),
      "dns_nameservers": JSONValue(dnsNameservers.map(\.description)),
      "host_routes": .array(
        hostRoutes.map { ["destination": .string("\($0.destination)"), "nexthop": .string("\($0.nextHop)")] }),
      "ipv6_ra_mode": JSONValue(ipv6RAMode?.rawValue), "ipv6_address_mode": JSONValue(ipv6AddressMode?.rawValue),
    ]
  }
}

/// A port as a DHCP agent has to know it.
package struct DHCPPort: Hashable, Sendable {
  package var id: UUID
  package var networkID: UUID
  package var macAddress: MACAddress
  package var deviceID: String
  package var deviceOwner: String
  package var adminStateUp: Bool
  package var fixedIPs: [FixedIP]
  package var extraDHCPOptions: [ExtraDHCPOption]

  package init(
    id: UUID, networkID: UUID, macAddress: MACAddress, deviceID: String = "", deviceOwner: String = "",
    adminStateUp: Bool = true, fixedIPs: [FixedIP], extraDHCPOptions: [ExtraDHCPOption] = []
  ) {
    (self.id, self.networkID, self.macAddress) = (id, networkID, macAddress)
    (self.deviceID, self.deviceOwner, self.adminStateUp) = (deviceID, deviceOwner, adminStateUp)
    (self.fixedIPs, self.extraDHCPOptions) = (fixedIPs, extraDHCPOptions)
  }

  package init(_ members: Members) throws {
    id = try members.uuid("id")
    networkID = try members.uuid("network_id")
    macAddress = try members.macAddress("mac_address")
    deviceID = try members.optionalString("device_id") ?? ""
    deviceOwner = try members.optionalString("device_owner") ?? ""
    adminStateUp = try members.optionalBool("admin_state_up") ?? true
    fixedIPs = try members.objects("fixed_ips") {
      FixedIP(subnetID: try $0.uuid("subnet_id"), address: try $0.address("ip_address"))
    }
    extraDHCPOptions = try members.objects("extra_dhcp_opts", defaultsToEmpty: true) {
      ExtraDHCPOption(
        name: try $0.string("opt_name"), value: try $0.optionalString("opt_value"),
        ipVersion: try $0.optionalInteger("ip_version") ?? 4)
    }
  }

  package var json: JSONValue {
    [
      "id": .string("\(id)"), "network_id": .string("\(networkID)"), "mac_address": .string("\(macAddress)"),
      "device_id": .string(deviceID), "device_owner": .string(deviceOwner), "admin_state_up": .bool(adminStateUp),
      "fixed_ips": .array(
        fixedIPs.map { ["subnet_id": .string("\($0.subnetID)"), "ip_address": .string("\($0.address)")] }),
      "extra_dhcp_opts": .array(
        extraDHCPOptions.map {
          ["opt_name": .string($0.name), "opt_value": JSONValue($0.value), "ip_version": JSONValue($0.ipVersion)]
        }),
    ]
  }
}

extension Members {
  fileprivate func address(_ name: String) throws -> IPAddress {
    let text = try string(name)
    guard let address = IPAddress(text) else {
      throw MalformedBody(member: name, expected: "an IP address", found: .string(text))
    }
    return address
  }

  fileprivate func network(_ name: String) throws -> IPNetwork {
    let text = try string(name)
    guard let network = IPNetwork(text) else {
      throw MalformedBody(member: name, expected: "a prefix", found: .string(text))
    }
    return network
  }
}
