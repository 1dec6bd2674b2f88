import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

// The security groups of a server are those of its ports, and changed there.
extension ServerAction {
  static let securityGroups = [
    ServerAction(
      name: "addSecurityGroup", rule: "os-security-groups:add", schema: { _ in groupSchema },
      perform: { action in
        try await action.changeGroups { groups, id, _ in
          if !groups.contains(id) { groups.append(id) }
        }
        return .empty(.accepted)
      }),
    ServerAction(
      name: "removeSecurityGroup", rule: "os-security-groups:remove", schema: { _ in groupSchema },
      perform: { action in
        let instanceID = action.instance.id
        try await action.changeGroups { groups, id, all in
          guard all.contains(id) else {
            throw APIError.notFound("Security group \(id) not associated with the instance \(instanceID)")
          }
          groups.removeAll { $0 == id }
        }
        return .empty(.accepted)
      }),
  ]

  private static let groupSchema = Schema.object(
    [.init("name", Schema(kinds: [.string], minimumCount: 1))], required: ["name"])
}

extension ActionRequest {
  /// - Parameter change: gets the groups of one port, the id of the group that is meant, and the groups of all ports.
  /// - Throws: `APIError` 404 for a group or ports that there are not, 409 for a name that several groups have.
  fileprivate func changeGroups(_ change: (inout [String], String, Set<String>) throws -> Void) async throws {
    let lookups = lookups
    let group = try await group(named: value["name"]?.string ?? "")
    let ports = try await lookups.ports(of: instance.id)
    guard !ports.isEmpty else {
      throw APIError.notFound("instance_id \(instance.id) could not be found as device id on any ports")
    }
    let all = Set(ports.flatMap { $0["security_groups"]?.array?.compactMap(\.string) ?? [] })
    var remaining: Set<String> = []
    for port in ports {
      let groups = port["security_groups"]?.array?.compactMap(\.string) ?? []
      var changed = groups
      try change(&changed, group, all)
      remaining.formUnion(changed)
      guard changed != groups, let id = port["id"]?.string else { continue }
      let answer = try await lookups.ask(
        lookups.peers.networking, "/v2.0/ports/\(id)", "Networking", method: .put,
        body: ["port": ["security_groups": JSONValue(changed)]])
      guard answer.isSuccess else {
        throw APIError.badRequest(
          "Network requires port_security_enabled and subnet associated in order to apply security groups.")
      }
    }
    try await keep(remaining.sorted())
  }

  private func group(named name: String) async throws -> String {
    let list = try await lookups.securityGroups(query: "tenant_id=\(instance.projectID)&fields=id&fields=name")
    if list.contains(where: { $0["id"]?.string == name }) { return name }
    let found = list.filter { $0["name"]?.string == name }.compactMap { $0["id"]?.string }
    guard let id = found.first else {
      throw APIError.notFound("Security group \(name) is not found for project \(instance.projectID)")
    }
    guard found.count == 1 else {
      throw APIError.conflict(
        "Multiple security groups found matching '\(name)'. Use an ID to be more specific.")
    }
    return id
  }

  /// Ports that are made for the instance later get the same groups.
  private func keep(_ ids: [String]) async throws {
    let groups = try await lookups.securityGroups(ids: ids)
    let names = groups.compactMap { $0["name"]?.string }.sorted()
    let id = instance.id
    try await routes.store.write { transaction in
      guard var instance = try transaction.instance(id) else { return }
      instance.request.securityGroups = JSONValue(names).description
      instance.request.securityGroupIDs = JSONValue(ids).description
      try transaction.updateDefinition(of: instance)
    }
  }
}

extension PeerLookups {
  /// - Throws: `APIError` 503.
  fileprivate func ports(of id: UUID) async throws -> [JSONValue] {
    let path = "/v2.0/ports?device_id=\(id)&fields=id&fields=security_groups"
    let answer = try await ask(peers.networking, path, "Networking")
    guard answer.isSuccess, let ports = answer.body?["ports"]?.array else {
      throw APIError(.serviceUnavailable, "The Networking service answered \(answer.status) to a list of ports.")
    }
    return ports
  }

  fileprivate func securityGroups(ids: some Collection<String>) async throws -> [JSONValue] {
    guard !ids.isEmpty else { return [] }
    return try await securityGroups(query: ids.map { "id=\($0)" }.joined(separator: "&"))
  }
}

extension ServerRoutes {
  /// `GET /servers/{id}/os-security-groups`: the groups of the ports with the rules for what comes in.
  func listSecurityGroups(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let instance = try await instance(context)
    let lookups = PeerLookups(request: request, peers: peers)
    let ids = Set(
      try await lookups.ports(of: instance.id).flatMap { $0["security_groups"]?.array?.compactMap(\.string) ?? [] })
    let groups = try await lookups.securityGroups(ids: ids.sorted())
    let remote = Set(
      groups.flatMap { $0["security_group_rules"]?.array ?? [] }.compactMap { $0["remote_group_id"]?.string })
    let others = try await lookups.securityGroups(ids: remote.subtracting(ids).sorted())
    var known: [String: JSONValue] = [:]
    for group in groups + others {
      guard let id = group["id"]?.string else { continue }
      known[id] = ["name": group["name"] ?? "", "tenant_id": group["tenant_id"] ?? ""]
    }
    let shown = groups.map { Self.group($0, known) }
      .sorted { ($0["name"]?.string ?? "") < ($1["name"]?.string ?? "") }
    return .json(["security_groups": .array(shown)])
  }

  private static func group(_ group: JSONValue, _ known: [String: JSONValue]) -> JSONValue {
    let rules = (group["security_group_rules"]?.array ?? []).filter { $0["direction"]?.string == "ingress" }
    return [
      "id": group["id"] ?? "", "name": group["name"] ?? "", "description": group["description"] ?? "",
      "tenant_id": group["tenant_id"] ?? "", "rules": .array(rules.map { rule($0, known) }),
    ]
  }

  /// As Nova showed rules when they were its own.
  private static func rule(_ rule: JSONValue, _ known: [String: JSONValue]) -> JSONValue {
    let kind = rule["protocol"]?.string
    var (first, last) = (rule["port_range_min"] ?? .null, rule["port_range_max"] ?? .null)
    if kind != nil, first.isNull, last.isNull {
      let hasPorts = kind?.lowercased() == "tcp" || kind?.lowercased() == "udp"
      (first, last) = hasPorts ? (1, 65535) : (-1, -1)
    }
    let remote = rule["remote_group_id"]?.string
    return [
      "id": rule["id"] ?? "", "parent_group_id": rule["security_group_id"] ?? "",
      "ip_protocol": rule["protocol"] ?? .null,
      "from_port": first, "to_port": last, "group": remote.flatMap { known[$0] } ?? [:],
      "ip_range": remote == nil ? ["cidr": .string(rule["remote_ip_prefix"]?.string ?? "0.0.0.0/0")] : [:],
    ]
  }
}
