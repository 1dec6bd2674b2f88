import AsyncHTTPClient
import ComputeService
import HostRPC
import Hummingbird
import JSON
import Logging
import Model
import NIOHTTP1
import OpenStackHTTP
import Store
import Support
import Synchronization

/// The Compute service on real HTTP with a real database, beside doubles of the Image and Networking services.
final class ComputeFixture: Sendable {
  static let secret = "the hosts' secret"
  static let image = UUID()
  static let network = UUID()
  static let port = UUID()
  static let group = UUID()

  let database: TemporaryDatabase
  let store: Store
  let url: String
  let peers: PeerDouble
  /// Where the metadata service listens.
  let metadataURL: String
  static let metadataSecret = "the agents' secret"

  private init(database: TemporaryDatabase, store: Store, url: String, metadataURL: String, peers: PeerDouble) {
    self.metadataURL = metadataURL
    self.database = database
    self.store = store
    self.url = url
    self.peers = peers
  }

  /// Serves while `body` runs.
  static func serving(
    database: TemporaryDatabase? = nil, options: ComputeOptions = ComputeOptions(),
    _ body: @Sendable @escaping (ComputeFixture) async throws -> Void
  ) async throws {
    let database = try database ?? TemporaryDatabase()
    let wakeUp = ComputeService.makeInboxWakeUp()
    let store = try database.store(listeners: [wakeUp])
    let logger = Logger(label: "test")
    let peers = PeerDouble()
    let peerAddress = ServiceAddress(port: 0)
    let peerApplication = OpenStackApplication(
      .init(service: .networking, address: peerAddress, identityURL: { nil }, logger: logger), validator: KnownTokens(),
      routes: peers.addRoutes)
    let client: @Sendable (any TokenSource) async throws -> ServiceClient = { tokens in
      _ = try await peerAddress.listening()
      return ServiceClient(endpoint: peerAddress.url, tokens: tokens, httpClient: .shared, logger: logger)
    }
    let hosts = HostRPCServer(secret: secret, logger: logger)
    let services = ComputePeers(image: client, networking: client, tokens: FixedToken())
    let compute = ComputeService(
      store: store, inboxWakeUp: wakeUp, hosts: hosts, peers: services, options: options, logger: logger)
    let metadataAddress = ServiceAddress(port: 0)
    let metadata = MetadataService(
      store: store, peers: services, options: options, secret: metadataSecret, address: metadataAddress, logger: logger)
    let address = ServiceAddress(port: 0)
    let application = OpenStackApplication(
      .init(
        service: .compute, address: address, identityURL: { "http://127.0.0.1:5000" },
        openPaths: ComputeService.openPaths, openPrefixes: ComputeService.openPrefixes,
        microversions: ComputeService.microversions, logger: logger),
      validator: KnownTokens(), routes: compute.addRoutes)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await peerApplication.run() }
      group.addTask { try await application.run() }
      group.addTask { try await compute.run() }
      group.addTask { try await metadata.run() }
      group.addTask {
        _ = try await address.listening()
        _ = try await metadataAddress.listening()
        try await body(
          ComputeFixture(
            database: database, store: store, url: address.url, metadataURL: metadataAddress.url, peers: peers))
      }
      defer { group.cancelAll() }
      try await group.next()
    }
    await store.close()
  }

  func host(_ name: String, _ client: HTTPClient = .shared) -> HostRPCClient {
    HostRPCClient(
      endpoint: url, host: name, binary: ComputeService.hostBinary, secret: Self.secret, httpClient: client,
      logger: Logger(label: "host"))
  }

  func report(_ host: String, memoryMB: Int = 4096) async throws {
    let state = AgentState(
      binary: ComputeService.hostBinary, host: host, agentType: "",
      configurations: ["vcpus": 4, "memory_mb": JSONValue(memoryMB), "disk_gb": 100, "hypervisor_type": "QEMU"],
      startFlag: true)
    _ = try await self.host(host).call(ReportState.self, .init(agentState: state, time: .systemNow()))
  }

  struct Reply: Sendable {
    var status: Int
    var headers: [String: String]
    var body: JSONValue?

    var message: String? { body?.object?.members.first?.value["message"]?.string }
  }

  func send(
    _ method: String, _ path: String, _ body: JSONValue? = nil, token: String? = "admin", version: String? = nil
  ) async throws -> Reply {
    var request = HTTPClientRequest(url: url + path)
    request.method = .init(rawValue: method)
    if let token { request.headers.add(name: "X-Auth-Token", value: token) }
    if let version { request.headers.add(name: "OpenStack-API-Version", value: "compute \(version)") }
    if let body { request.body = .bytes(body.bytes) }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
    let bytes = try await response.body.collect(upTo: 1 << 24)
    var headers: [String: String] = [:]
    for header in response.headers { headers[header.name.lowercased()] = header.value }
    return Reply(
      status: Int(response.status.code), headers: headers, body: try? JSONValue(parsing: bytes.readableBytesView))
  }

  /// Creates a server and returns its id.
  func createServer(_ name: String = "s", networks: JSONValue? = nil) async throws -> UUID {
    let reply = try await send("POST", "/v2.1/servers", Self.server(name, networks: networks))
    guard reply.status == 202, let id = reply.body?["server"]?["id"]?.string.flatMap({ UUID($0) }) else {
      throw NeverHappened("POST /servers answered \(reply.status): \(reply.message ?? "")")
    }
    return id
  }

  static func server(_ name: String = "s", networks: JSONValue? = nil) -> JSONValue {
    [
      "server": [
        "name": .string(name), "flavorRef": "0", "imageRef": .string(image.description),
        "networks": networks ?? [["uuid": .string(network.description)]],
      ]
    ]
  }

  func show(_ id: UUID, token: String = "admin", version: String? = nil) async throws -> JSONValue? {
    try await send("GET", "/v2.1/servers/\(id)", token: token, version: version).body?["server"]
  }
}

struct FixedToken: TokenSource {
  func token() -> String { "admin" }
  func invalidate(_ token: String) {}
}

struct KnownTokens: TokenValidator {
  func validate(_ token: String) -> AuthToken? {
    guard ["admin", "member", "other", "service", "reader"].contains(token) else { return nil }
    return AuthToken(
      userID: "u-\(token)", userName: token, projectID: token == "other" ? "p2" : "p1", projectName: "project",
      roles: [token == "other" ? "member" : token], issuedAt: Timestamp(microseconds: 0),
      expiresAt: Timestamp(microseconds: 1 << 60), auditID: "a")
  }
}

/// As much of the Image and Networking services as the Compute service asks.
final class PeerDouble: Sendable {
  /// The `device_id` under which the one port is listed.
  let portOwner = Mutex<UUID?>(nil)
  /// The security groups of the one port.
  let portGroups = Mutex<[String]>([])
  /// The images that were made, by their ids; those that were deleted are gone.
  let images = Mutex<[UUID: JSONValue]>([:])

  func addRoutes(to router: Router<OpenStackRequestContext>) {
    router.get("v2/images/:id") { _, context in
      guard context.parameters.get("id") == ComputeFixture.image.description else {
        throw APIError.notFound("no image")
      }
      return Response.json([
        "id": .string(ComputeFixture.image.description), "status": "active", "disk_format": "raw", "min_ram": 0,
        "kernel_id": .string(ComputeFixture.port.description), "os_command_line": "console=ttyS0",
      ])
    }
    router.get("v2/images") { _, _ in Response.json(["images": []]) }
    router.post("v2/images") { request, context in
      let image = try await context.json(of: request)
      let id = UUID()
      self.images.withLock { $0[id] = image }
      return Response.json(["id": .string(id.description)], status: .created)
    }
    router.delete("v2/images/:id") { _, context in
      self.images.withLock { $0[UUID(context.parameters.get("id") ?? "") ?? UUID()] = nil }
      return Response.empty(.noContent)
    }
    router.put("v2.0/ports/:id") { request, context in
      let port = try await context.json(of: request, member: "port", otherwise: "no port")
      self.portGroups.withLock { $0 = port["security_groups"]?.array?.compactMap(\.string) ?? $0 }
      return Response.json(["port": port])
    }
    router.get("v2.0/networks") { request, _ in
      let ids = QueryString(request.uri.query).values("id")
      let known = ComputeFixture.network.description
      guard ids.isEmpty || ids.contains(known) else { return Response.json(["networks": []]) }
      return Response.json(["networks": [["id": .string(known), "name": "priv"]]])
    }
    router.get("v2.0/subnets") { _, _ in
      Response.json([
        "subnets": [
          [
            "id": .string(ComputeFixture.network.description), "cidr": "10.88.0.0/22", "gateway_ip": "10.88.0.1",
            "enable_dhcp": false, "dns_nameservers": ["9.9.9.9"], "host_routes": [], "ipv6_address_mode": .null,
          ]
        ]
      ])
    }
    router.get("v2.0/security-groups") { request, _ in
      let rule: JSONValue = [
        "id": "r1", "direction": "ingress", "protocol": "tcp", "port_range_min": 22, "port_range_max": 22,
        "security_group_id": .string(ComputeFixture.group.description), "remote_ip_prefix": .null,
      ]
      let web: JSONValue = [
        "id": .string(ComputeFixture.group.description), "name": "web", "description": "", "tenant_id": "p1",
        "security_group_rules": [rule],
      ]
      if QueryString(request.uri.query)["id"] != nil { return Response.json(["security_groups": [web]]) }
      return Response.json([
        "security_groups": [
          web,
          ["id": .string(UUID().description), "name": "default"],
          ["id": .string(UUID().description), "name": "twice"], ["id": .string(UUID().description), "name": "twice"],
        ]
      ])
    }
    router.get("v2.0/ports/:id") { _, context in
      guard context.parameters.get("id") == ComputeFixture.port.description else { throw APIError.notFound("no port") }
      return Response.json(["port": ["id": .string(ComputeFixture.port.description), "device_id": ""]])
    }
    router.get("v2.0/ports") { request, _ in
      if request.uri.query?.contains("device_owner=network:dhcp") == true { return Response.json(["ports": []]) }
      guard let owner = self.portOwner.withLock({ $0 }) else { return Response.json(["ports": []]) }
      return Response.json([
        "ports": [
          [
            "id": .string(ComputeFixture.port.description), "device_id": .string(owner.description),
            "network_id": .string(ComputeFixture.network.description), "mac_address": "fa:16:3e:00:00:01",
            "status": "ACTIVE", "security_groups": JSONValue(self.portGroups.withLock { $0 }),
            "fixed_ips": [["ip_address": "10.88.3.233", "subnet_id": .string(ComputeFixture.network.description)]],
          ]
        ]
      ])
    }
  }
}
