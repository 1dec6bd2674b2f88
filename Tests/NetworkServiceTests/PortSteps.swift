import JSON
import NIOHTTP1

// What several tests of ports do with a cloud.

extension TestCloud {
  /// A security group for ports; gives its id.
  func portGroup(_ name: String, stateful: Bool = true, token: String = adminToken) async throws -> String {
    let answer = try await send(
      .POST, "/v2.0/security-groups", token: token,
      body: ["security_group": ["name": .string(name), "stateful": .bool(stateful)]])
    guard answer.status == 201, let group = answer.body?["security_group"] else {
      throw UnexpectedAnswer(answer: answer)
    }
    return try group.text("id")
  }

  /// The ids of the ports that a query finds, in order.
  func portIDs(_ query: String, token: String = adminToken) async throws -> [String] {
    let answer = try await get("/v2.0/ports?\(query)", token: token)
    guard let ports = answer.body?["ports"]?.array else { throw UnexpectedAnswer(answer: answer) }
    return try ports.map { try $0.text("id") }
  }

  /// A port's bindings as `host status vif_type`, sorted.
  func bindings(_ port: String) async throws -> [String] {
    let answer = try await get("/v2.0/ports/\(port)/bindings")
    guard let bindings = answer.body?["bindings"]?.array else { throw UnexpectedAnswer(answer: answer) }
    return try bindings.map { "\(try $0.text("host")) \(try $0.text("status")) \(try $0.text("vif_type"))" }.sorted()
  }

  /// Makes a binding as Nova does before a live migration.
  func bind(_ port: String, to host: String, profile: JSONValue = [:]) async throws -> Answer {
    try await send(
      .POST, "/v2.0/ports/\(port)/bindings",
      body: ["binding": ["host": .string(host), "vnic_type": "normal", "profile": profile]])
  }

  func activate(_ port: String, on host: String) async throws -> Answer {
    try await send(.PUT, "/v2.0/ports/\(port)/bindings/\(host)/activate")
  }
}
