import ComputeService
import HostRPC
import JSON
import Model
import OpenStackHTTP
import Store
import Support

extension ComputeOptions {
  /// Without limits on what a project may have.
  static var unlimited: ComputeOptions {
    var options = ComputeOptions()
    for resource in ComputeResource.allCases { options.quotas[resource] = -1 }
    return options
  }
}

extension ComputeFixture {
  /// The body of `POST /servers` with some members more.
  static func server(_ changes: [String: JSONValue], hints: JSONValue? = nil) -> JSONValue {
    var server = Self.server()["server"]?.object ?? JSONObject()
    for (name, value) in changes { server[name] = value }
    var body = JSONObject()
    body["server"] = .object(server)
    body["os:scheduler_hints"] = hints
    return .object(body)
  }

  /// Creates a server and returns it as an administrator sees it.
  func place(
    _ changes: [String: JSONValue] = [:], hints: JSONValue? = nil, token: String = "admin"
  ) async throws -> JSONValue {
    let reply = try await send("POST", "/v2.1/servers", Self.server(changes, hints: hints), token: token)
    guard reply.status == 202, let id = reply.body?["server"]?["id"]?.string.flatMap({ UUID($0) }),
      let server = try await show(id)
    else { throw NeverHappened("POST /servers answered \(reply.status): \(reply.message ?? "")") }
    return server
  }

  /// Puts hosts into a new aggregate and returns its number.
  func aggregate(_ name: String, zone: String? = nil, hosts: [String] = [], metadata: JSONValue? = nil) async throws
    -> Int
  {
    var body = JSONObject()
    body["name"] = .string(name)
    body["availability_zone"] = zone.map(JSONValue.string)
    let made = try await send("POST", "/v2.1/os-aggregates", ["aggregate": .object(body)])
    guard made.status == 200, let number = made.body?["aggregate"]?["id"]?.integer else {
      throw NeverHappened("POST /os-aggregates answered \(made.status): \(made.message ?? "")")
    }
    for host in hosts {
      let added = try await send(
        "POST", "/v2.1/os-aggregates/\(number)/action", ["add_host": ["host": .string(host)]])
      guard added.status == 200 else { throw NeverHappened("add_host answered \(added.message ?? "")") }
    }
    if let metadata {
      _ = try await send(
        "POST", "/v2.1/os-aggregates/\(number)/action", ["set_metadata": ["metadata": metadata]])
    }
    return Int(number)
  }
}

extension JSONValue {
  var host: String? { self["OS-EXT-SRV-ATTR:host"]?.string }
  var zone: String? { self["OS-EXT-AZ:availability_zone"]?.string }
  var uuid: UUID? { self["id"]?.string.flatMap { UUID($0) } }
}
