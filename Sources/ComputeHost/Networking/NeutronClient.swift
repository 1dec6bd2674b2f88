package import AsyncHTTPClient
internal import JSON
package import Logging
package import Model
package import OpenStackHTTP

/// The Networking service over its public API, as an administrator: only one may say which host a port is bound to.
package struct NeutronClient: NetworkingAPI {
  private let client: ServiceClient

  /// - Parameter endpoint: The service's address, with or without the `/v2.0`.
  package init(endpoint: String, tokens: any TokenSource, httpClient: HTTPClient, logger: Logger) {
    var address = endpoint
    while address.hasSuffix("/") { address.removeLast() }
    if !address.hasSuffix("/v2.0") { address += "/v2.0" }
    client = ServiceClient(
      endpoint: address, tokens: tokens, httpClient: httpClient, userAgent: "plugboard-compute", logger: logger)
  }

  package func ports(of instanceID: UUID) async throws -> [InstancePort] {
    let body = try await call(.get, "/ports?device_id=\(instanceID)")
    guard let list = body?["ports"]?.array else { throw Self.malformed("a list of ports") }
    return try list.map(Self.port)
  }

  package func port(_ id: UUID) async throws -> InstancePort {
    try Self.port(await call(.get, "/ports/\(id)")?["port"])
  }

  package func createPort(_ port: NewPort) async throws -> InstancePort {
    var members: [JSONObject.Member] = [
      .init(name: "network_id", value: .string("\(port.networkID)")),
      .init(name: "device_id", value: .string("\(port.instanceID)")),
      .init(name: "device_owner", value: .string(deviceOwner)),
      .init(name: "binding:host_id", value: .string(port.host)),
      .init(name: "tenant_id", value: .string(port.projectID)),
      .init(name: "admin_state_up", value: true),
    ]
    if let fixedIP = port.fixedIP {
      members.append(.init(name: "fixed_ips", value: [["ip_address": .string(fixedIP)]]))
    }
    if !port.securityGroups.isEmpty {
      members.append(
        .init(name: "security_groups", value: .array(port.securityGroups.map { .string("\($0)") })))
    }
    let body: JSONValue = ["port": .object(JSONObject(members: members))]
    return try Self.port(await call(.post, "/ports", body: body)?["port"])
  }

  package func bindPort(_ id: UUID, to instanceID: UUID, on host: String) async throws -> InstancePort {
    let body: JSONValue = [
      "port": [
        "device_id": .string("\(instanceID)"), "device_owner": .string(deviceOwner), "binding:host_id": .string(host),
      ]
    ]
    return try Self.port(await call(.put, "/ports/\(id)", body: body)?["port"])
  }

  package func unbindPort(_ id: UUID) async throws {
    let body: JSONValue = ["port": ["device_id": "", "device_owner": "", "binding:host_id": .null]]
    try await tolerating(404) { _ = try await call(.put, "/ports/\(id)", body: body) }
  }

  package func deletePort(_ id: UUID) async throws {
    try await tolerating(404) { _ = try await call(.delete, "/ports/\(id)") }
  }

  package func hasDHCP(onSubnets ids: Set<UUID>) async throws -> Bool {
    guard !ids.isEmpty else { return false }
    let query = ids.map { "id=\($0)" }.sorted().joined(separator: "&")
    let body = try await call(.get, "/subnets?\(query)&fields=enable_dhcp")
    guard let list = body?["subnets"]?.array else { throw Self.malformed("a list of subnets") }
    return list.contains { $0["enable_dhcp"]?.bool == true }
  }

  package func mtu(ofNetwork id: UUID) async throws -> Int? {
    let mtu = try await call(.get, "/networks/\(id)")?["network"]?["mtu"]?.integer
    return mtu.flatMap { Int(exactly: $0) }.flatMap { $0 > 0 ? $0 : nil }
  }

  /// `compute:` and the availability zone; there is one zone.
  private var deviceOwner: String { "compute:nova" }

  func call(_ method: ServiceClient.Method, _ path: String, body: JSONValue? = nil) async throws -> JSONValue? {
    let answer: ServiceClient.Answer
    do {
      answer = try await client.call(method, path, body: body, deadline: .seconds(10))
    } catch let error as CancellationError {
      throw error
    } catch {
      try Task.checkCancellation()
      throw NetworkingError(status: nil, message: "the Networking service does not answer: \(error)")
    }
    guard answer.isSuccess else {
      let error = answer.body?["NeutronError"]
      let message = error?["message"]?.string ?? "\(method.rawValue) \(path) was answered with \(answer.status)"
      throw NetworkingError(status: answer.status, type: error?["type"]?.string, message: message)
    }
    return answer.body
  }

  private static func port(_ json: JSONValue?) throws -> InstancePort {
    guard let json, let port = InstancePort(json: json) else { throw malformed("a port") }
    return port
  }

  private static func malformed(_ what: String) -> NetworkingError {
    NetworkingError(status: 200, message: "the Networking service answered with something that is not \(what)")
  }
}
