import JSON
import Support
import Testing

/// A guest's port whose tap a test has made itself.
struct PluggedPort {
  let id: String
  let mac: String

  var tap: String { "tap\(id.prefix(11))" }
}

extension Installation {
  /// A port on the network that is bound to this host, with its tap; it is ACTIVE when this returns.
  ///
  /// - Parameter attributes: More of the port's.
  func plug(_ api: API, on network: String, _ attributes: [String: JSONValue] = [:]) async throws -> PluggedPort {
    var body = JSONObject()
    body["network_id"] = .string(network)
    body["device_owner"] = "compute:nova"
    body["binding:host_id"] = .string(Self.host)
    for (name, value) in attributes.sorted(by: { $0.key < $1.key }) { body[name] = value }
    let made = try await api.checked("POST", .networking, "/v2.0/ports", ["port": .object(body)])
    let port = PluggedPort(
      id: try #require(made["port"]?["id"]?.string), mac: try #require(made["port"]?["mac_address"]?.string))
    try await makeTap(of: port.id)
    return port
  }

  /// Makes a bound port's tap, and waits until the port is ACTIVE.
  func makeTap(of port: String) async throws {
    try await namespace.ip("tuntap", "add", "dev", "tap\(port.prefix(11))", "mode", "tap")
    try await database.wait(
      until: "the port is ACTIVE", "SELECT id FROM ports WHERE id = ?1 AND status = 'ACTIVE'", port)
  }
}
