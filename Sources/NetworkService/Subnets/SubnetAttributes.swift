import JSON
import Model
import OpenStackHTTP

// The values of a subnet's attributes, with the wording of `neutron_lib/api/validators` and `converters`.

/// A range of addresses as it was sent, both ends of which are addresses.
struct PoolRequest: Hashable, Sendable {
  var start: IPAddress
  var end: IPAddress

  /// - Throws: `APIError` 400 for ends of two versions, or in the wrong order.
  var pool: AllocationPool {
    get throws {
      guard start.version == end.version, start <= end else {
        throw APIError.invalidAllocationPool("{'start': '\(start)', 'end': '\(end)'}")
      }
      return AllocationPool(first: start, last: end)
    }
  }
}

extension AttributeReader {
  /// Reads `cidr`. Host bits that are set are cleared, and an address alone is the prefix of itself.
  func cidr() throws -> IPNetwork? {
    guard let value = body["cidr"] else { return nil }
    let prefix = value.string.flatMap { text in
      IPNetwork(text) ?? IPAddress(text).map { IPNetwork(address: $0, prefixLength: $0.version.width) }
    }
    guard let prefix else { throw APIError.invalidInput("\(pythonString(value)) is not in a CIDR format") }
    return prefix
  }

  func ipVersion() throws -> IPVersion {
    let number = try integer("ip_version")
    guard let version = number.flatMap({ IPVersion(rawValue: $0) }) else {
      throw APIError.invalidAttribute("ip_version", "\(pythonString(body["ip_version"] ?? .null)) is not in [4, 6]")
    }
    return version
  }

  func nonNegative(_ name: String) throws -> Int? {
    guard let number = try integer(name) else { return nil }
    guard number >= 0 else { throw APIError.invalidAttribute(name, "'\(number)' should be non-negative") }
    return number
  }

  func pools() throws -> [PoolRequest]? {
    guard let value = body["allocation_pools"] else { return nil }
    guard let list = value.array else {
      throw APIError.invalidAttribute("allocation_pools", "Invalid data format for IP pool: '\(pythonString(value))'")
    }
    return try list.map { element in
      let ends = try members(element, ["start", "end"], of: "allocation_pools")
      return PoolRequest(
        start: try address(ends[0], of: "allocation_pools"), end: try address(ends[1], of: "allocation_pools"))
    }
  }

  /// Reads `dns_nameservers`; `null` is an empty list.
  func nameservers() throws -> [IPAddress]? {
    let name = "dns_nameservers"
    guard let list = try list(name) else { return isNull(name) ? [] : nil }
    var servers: [IPAddress] = []
    for element in list {
      let host = pythonString(element)
      guard let address = element.string.flatMap({ IPAddress($0) }) else {
        throw APIError.invalidAttribute(
          name, "'\(host)' is not a valid nameserver. '\(host)' is not a valid IP address")
      }
      guard !servers.contains(address) else { throw APIError.invalidAttribute(name, "Duplicate nameserver '\(host)'") }
      servers.append(address)
    }
    return servers
  }

  /// Reads `host_routes`; `null` is an empty list.
  func hostRoutes() throws -> [HostRoute]? {
    let name = "host_routes"
    guard let value = body[name] else { return nil }
    if value.isNull { return [] }
    guard let list = value.array else {
      throw APIError.invalidAttribute(name, "Invalid data format for hostroute: '\(pythonString(value))'")
    }
    var routes: [HostRoute] = []
    for element in list {
      let ends = try members(element, ["destination", "nexthop"], of: name)
      let route = HostRoute(destination: try routable(ends[0]), nextHop: try address(ends[1], of: name))
      guard !routes.contains(route) else {
        throw APIError.invalidAttribute(name, "Duplicate hostroute '\(pythonText(element))'")
      }
      routes.append(route)
    }
    return routes
  }

  private func routable(_ value: JSONValue) throws -> IPNetwork {
    guard let text = value.string, let prefix = IPNetwork(text),
      text.split(separator: "/").first.flatMap({ IPAddress($0) }) == prefix.address
    else { throw APIError.invalidAttribute("host_routes", "'\(pythonString(value))' is not a valid CIDR") }
    guard !prefix.isLoopback else {
      throw APIError.invalidAttribute("host_routes", "'\(pythonString(value))' is not a routable CIDR")
    }
    return prefix
  }

  /// Reads `service_types`: device owners.
  func serviceTypes() throws -> [String]? {
    guard let value = body["service_types"] else { return nil }
    if value.isNull { return [] }
    guard let list = value.array else { throw APIError.badRequest("Subnet service types must be a list.") }
    return try list.reduce(into: []) { types, element in
      guard let type = element.string else {
        throw APIError.badRequest(
          "Subnet service type \(pythonString(element)) is not a string.", type: "InvalidInputSubnetServiceType")
      }
      guard Self.isDeviceOwner(type) else {
        throw APIError.badRequest(
          "Subnet service type \(type) does not correspond to a valid device owner.", type: "InvalidSubnetServiceType")
      }
      if !types.contains(type) { types.append(type) }
    }
  }

  private static func isDeviceOwner(_ text: String) -> Bool {
    text.unicodeScalars.count <= 255 && ["network:", "neutron:", "compute:"].contains { text.hasPrefix($0) }
      && text.unicodeScalars.allSatisfy {
        $0.isASCII && $0.value > 0x20 && $0 != "\"" && $0 != "\\" && $0.value != 0x7F
      }
  }

  /// Reads one of IPv6's modes; `null` is none.
  func mode(_ name: String) throws -> IPv6Mode? {
    isNull(name) ? nil : try choice(name, IPv6Mode.self)
  }

  /// The members of an object that has just these.
  private func members(_ value: JSONValue, _ names: [String], of attribute: String) throws -> [JSONValue] {
    let expected = "{\(names.map { "'\($0)'" }.joined(separator: ", "))}"
    guard let object = value.object else {
      throw APIError.invalidAttribute(
        attribute, "Invalid input. '\(pythonString(value))' must be a dictionary with keys: \(expected)")
    }
    let found = names.compactMap { object[$0] }
    guard found.count == names.count, object.members.count == names.count else {
      let provided = "{\(object.names.map { "'\($0)'" }.joined(separator: ", "))}"
      throw APIError.invalidAttribute(
        attribute,
        "Validation of dictionary's keys failed. Expected keys: \(expected) Provided keys: \(provided)")
    }
    return found
  }

  private func address(_ value: JSONValue, of attribute: String) throws -> IPAddress {
    guard let address = value.string.flatMap({ IPAddress($0) }) else {
      throw APIError.invalidAttribute(attribute, "'\(pythonString(value))' is not a valid IP address")
    }
    return address
  }
}
