package import JSON
package import Model

// What the server tells agents with `l2_population` of ports on VXLAN networks, in the words of upstream's l2population
// mechanism driver. The parts of an agent's table that a message does not name stay as they are.

/// `add_fdb_entries`: these addresses are reached by these hosts.
package enum AddFDBEntries: RPCMethod {
  package typealias Arguments = FDBEntries
  package typealias Result = NoResult
  package static let name = "add_fdb_entries"
  package static let version = "1.0"
}

/// `remove_fdb_entries`: these addresses are not reached by these hosts any more.
package enum RemoveFDBEntries: RPCMethod {
  package typealias Arguments = FDBEntries
  package typealias Result = NoResult
  package static let name = "remove_fdb_entries"
  package static let version = "1.0"
}

/// `update_fdb_entries`: ports have got other IP addresses.
package enum UpdateFDBEntries: RPCMethod {
  package typealias Arguments = FDBChanges
  package typealias Result = NoResult
  package static let name = "update_fdb_entries"
  package static let version = "1.0"
}

/// An Ethernet address and an IP address of a port, on the wire `["fa:16:3e:...", "10.0.0.5"]`.
package struct FDBEntry: Hashable, Comparable, Sendable {
  package var macAddress: MACAddress
  package var ipAddress: IPAddress

  package init(macAddress: MACAddress, ipAddress: IPAddress) {
    (self.macAddress, self.ipAddress) = (macAddress, ipAddress)
  }

  /// Stands for everything that no other entry is about: what is flooded goes to the host, too.
  package static let flooding = FDBEntry(
    macAddress: MACAddress(bits: 0), ipAddress: .v4(IPv4Address(bits: 0)))

  package static func < (left: FDBEntry, right: FDBEntry) -> Bool {
    (left.macAddress.bits, left.ipAddress) < (right.macAddress.bits, right.ipAddress)
  }

  init(json: JSONValue) throws {
    let parts = json.array ?? []
    guard parts.count == 2, let macAddress = parts[0].string.flatMap({ MACAddress($0) }),
      let ipAddress = parts[1].string.flatMap({ IPAddress($0) })
    else {
      throw MalformedBody(member: "fdb_entries", expected: "[MAC address, IP address]", found: json)
    }
    self.init(macAddress: macAddress, ipAddress: ipAddress)
  }

  var json: JSONValue { [.string("\(macAddress)"), .string("\(ipAddress)")] }
}

/// What is reached by whom, network by network.
package struct FDBEntries: JSONConvertible, Hashable, Sendable {
  /// The part of one network.
  package struct NetworkPart: Hashable, Sendable {
    package var segmentationID: Int
    package var networkType: String
    /// By the hosts' tunnel addresses.
    package var ports: [IPv4Address: [FDBEntry]]
    /// Whether these are all entries of the network, so that others that the agent has are wrong. Ours: a stock agent
    /// does not look at it.
    package var isComplete: Bool
    /// Whether the next message goes on with these, so that nothing holds before that one is there. Ours, too.
    package var isContinued: Bool

    package init(
      segmentationID: Int, networkType: String = "vxlan", ports: [IPv4Address: [FDBEntry]], isComplete: Bool = false,
      isContinued: Bool = false
    ) {
      (self.segmentationID, self.networkType, self.ports) = (segmentationID, networkType, ports)
      (self.isComplete, self.isContinued) = (isComplete, isContinued)
    }
  }

  package var networks: [UUID: NetworkPart]

  package init(_ networks: [UUID: NetworkPart]) {
    self.networks = networks
  }

  package init(json: JSONValue) throws {
    networks = try Members(json).object("fdb_entries").networks { part in
      let members = try Members(part, path: "fdb_entries")
      return NetworkPart(
        segmentationID: try members.integer("segment_id"), networkType: try members.string("network_type"),
        ports: try members.object("ports").hosts { try $0.entries },
        isComplete: try members.optionalBool("complete") ?? false,
        isContinued: try members.optionalBool("more") ?? false)
    }
  }

  package var json: JSONValue {
    ["fdb_entries": .object(JSONObject(networks) { $0.json })]
  }
}

extension FDBEntries.NetworkPart {
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object["segment_id"] = JSONValue(segmentationID)
    object["network_type"] = .string(networkType)
    object["ports"] = .object(JSONObject(ports) { .array($0.map(\.json)) })
    if isComplete { object["complete"] = true }
    if isContinued { object["more"] = true }
    return .object(object)
  }
}

/// Other IP addresses of ports, `{"chg_ip": {network: {host: {"before": [...], "after": [...]}}}}`.
package struct FDBChanges: JSONConvertible, Hashable, Sendable {
  package struct Change: Hashable, Sendable {
    package var before: [FDBEntry]
    package var after: [FDBEntry]

    package init(before: [FDBEntry] = [], after: [FDBEntry] = []) {
      (self.before, self.after) = (before, after)
    }
  }

  /// By network and the host's tunnel address.
  package var networks: [UUID: [IPv4Address: Change]]

  package init(_ networks: [UUID: [IPv4Address: Change]]) {
    self.networks = networks
  }

  package init(json: JSONValue) throws {
    let changes = try Members(try Members(json).object("fdb_entries"), path: "fdb_entries")
    networks =
      try changes["chg_ip"]?.networks { part in
        try part.hosts { change in
          Change(before: try change["before"]?.entries ?? [], after: try change["after"]?.entries ?? [])
        }
      } ?? [:]
  }

  package var json: JSONValue {
    let networks = JSONObject(networks) { .object(JSONObject($0) { $0.json }) }
    return ["fdb_entries": ["chg_ip": .object(networks)]]
  }
}

extension FDBChanges.Change {
  fileprivate var json: JSONValue {
    var object = JSONObject()
    if !before.isEmpty { object["before"] = .array(before.map(\.json)) }
    if !after.isEmpty { object["after"] = .array(after.map(\.json)) }
    return .object(object)
  }
}

extension JSONObject {
  /// An object with the keys' descriptions for names, in their order.
  fileprivate init<Key: CustomStringConvertible, Value>(_ values: [Key: Value], _ json: (Value) -> JSONValue) {
    self.init(
      members: values.map { Member(name: "\($0.key)", value: json($0.value)) }.sorted { $0.name < $1.name })
  }
}

extension JSONValue {
  fileprivate func networks<Part>(_ part: (JSONValue) throws -> Part) throws -> [UUID: Part] {
    try members("a network's id", { UUID($0) }, part)
  }

  fileprivate func hosts<Part>(_ part: (JSONValue) throws -> Part) throws -> [IPv4Address: Part] {
    try members("an IPv4 address", { IPv4Address($0) }, part)
  }

  fileprivate var entries: [FDBEntry] {
    get throws {
      guard let array else { throw MalformedBody(member: "fdb_entries", expected: "a list of entries", found: self) }
      return try array.map(FDBEntry.init)
    }
  }

  private func members<Key: Hashable, Part>(
    _ expected: String, _ key: (String) -> Key?, _ part: (JSONValue) throws -> Part
  ) throws -> [Key: Part] {
    guard let object else { throw MalformedBody(member: "fdb_entries", expected: "an object", found: self) }
    var parts: [Key: Part] = [:]
    for member in object.members {
      guard let key = key(member.name) else {
        throw MalformedBody(member: "fdb_entries.\(member.name)", expected: expected, found: .string(member.name))
      }
      parts[key] = try part(member.value)
    }
    return parts
  }
}
