import JSON
import NIOHTTP1

// What several tests of subnets do with a cloud.

extension TestCloud {
  /// A network without subnets; gives its id.
  func emptyNetwork(_ body: JSONValue = [:], token: String = adminToken) async throws -> String {
    try await create("network", body, token: token).text("id")
  }

  /// Asks for a subnet of the network.
  func askSubnet(_ network: String, _ members: [String: JSONValue], token: String = adminToken) async throws -> Answer {
    var members = members
    members["network_id"] = .string(network)
    if members["ip_version"] == nil {
      members["ip_version"] = members["cidr"]?.string?.contains(":") == true ? 6 : 4
    }
    return try await send(.POST, "/v2.0/subnets", token: token, body: ["subnet": .object(members)])
  }

  /// Makes a subnet of the network.
  func subnet(_ network: String, _ members: [String: JSONValue], token: String = adminToken) async throws -> JSONValue {
    let answer = try await askSubnet(network, members, token: token)
    guard answer.status == 201, let subnet = answer.body?["subnet"] else { throw UnexpectedAnswer(answer: answer) }
    return subnet
  }

  func change(_ path: String, _ name: String, _ members: JSONValue, token: String = adminToken) async throws -> Answer {
    try await send(.PUT, "/v2.0/\(path)", token: token, body: .object([name: members]))
  }

  /// A port's addresses, sorted.
  func addresses(_ port: String) async throws -> [String] { try await self.port(port).addresses }
}

extension JSONValue {
  /// The addresses of a port, sorted.
  var addresses: [String] {
    (self["fixed_ips"]?.array ?? []).compactMap { $0["ip_address"]?.string }.sorted()
  }

  /// The pools of a subnet as `start-end`, in order.
  var pools: [String] {
    (self["allocation_pools"]?.array ?? []).map { "\($0["start"]?.string ?? "")-\($0["end"]?.string ?? "")" }
  }
}
