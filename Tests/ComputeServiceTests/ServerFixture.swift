import ComputeService
import HostRPC
import JSON
import Model
import Store
import Support

extension ComputeFixture {
  /// A server that its host has started.
  func activeServer(_ name: String = "s", _ change: [String: JSONValue] = [:], version: String? = nil) async throws
    -> UUID
  {
    try await report("h1")
    var server = Self.server(name)["server"]?.object ?? JSONObject()
    for (name, value) in change { server[name] = value }
    let reply = try await send("POST", "/v2.1/servers", ["server": .object(server)], token: "member", version: version)
    guard reply.status == 202, let id = reply.body?["server"]?["id"]?.string.flatMap({ UUID($0) }) else {
      throw NeverHappened("POST /servers answered \(reply.status): \(reply.message ?? "")")
    }
    _ = try await host("h1").call(
      UpdateInstance.self, InstanceUpdate(instanceID: id, vmState: "active", taskState: .cleared, powerState: 1))
    return id
  }

  @discardableResult
  func act(
    _ id: UUID, _ name: String, _ value: JSONValue = .null, token: String = "member", version: String? = nil
  ) async throws -> Reply {
    let body = JSONValue.object(JSONObject(members: [.init(name: name, value: value)]))
    return try await send("POST", "/v2.1/servers/\(id)/action", body, token: token, version: version)
  }

  /// The server is as it was when it had been started.
  func reset(_ id: UUID, to state: String = "active") async throws {
    _ = try await act(id, "os-resetState", ["state": .string(state)], token: "admin")
  }
}
