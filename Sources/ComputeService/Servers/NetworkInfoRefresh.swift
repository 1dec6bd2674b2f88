import JSON
import Logging
import Model
import OpenStackHTTP
import Store

/// Fetches the ports of instances whose addresses may have changed since they were last fetched.
///
/// Every event about an instance's ports marks it; who reads it next pays for one request to the Networking API. When
/// that does not answer, what was known is shown, and the mark stays.
struct NetworkInfoRefresh: Sendable {
  let store: Store
  let peers: ComputePeers
  let logger: Logger
  /// The most instances one request asks about, so that its URL stays short enough for any server.
  private static let chunk = 50

  func refreshed(_ instances: [Instance]) async -> [Instance] {
    let stale = instances.filter(\.networkInfoIsStale)
    guard !stale.isEmpty else { return instances }
    var fetched: [UUID: String] = [:]
    do {
      let client = try await peers.networking(peers.tokens)
      for start in stride(from: 0, to: stale.count, by: Self.chunk) {
        let part = stale[start..<min(start + Self.chunk, stale.count)].map(\.id)
        fetched.merge(try await fetch(part, client)) { $1 }
      }
      try await keep(fetched)
    } catch {
      logger.warning("The addresses of instances could not be fetched", metadata: ["error.reason": "\(error)"])
    }
    return instances.map { instance in
      var instance = instance
      instance.networkInfo = fetched[instance.id] ?? instance.networkInfo
      return instance
    }
  }

  private func keep(_ fetched: [UUID: String]) async throws {
    try await store.write { transaction in
      for (id, info) in fetched { try transaction.setNetworkInfo(info, ofInstance: id) }
    }
  }

  private func fetch(_ ids: [UUID], _ client: ServiceClient) async throws -> [UUID: String] {
    let query = ids.map { "device_id=\($0)" }.joined(separator: "&")
    let ports = try await list("ports", query, client)
    let networks = Set(ports.compactMap { $0["network_id"]?.string }).sorted()
    let names = try await names(of: networks, client)
    var found: [UUID: [NetworkInfo.Port]] = [:]
    for port in ports {
      guard let id = port["device_id"]?.string.flatMap({ UUID($0) }) else { continue }
      found[id, default: []].append(NetworkInfo.Port(port, names: names))
    }
    return Dictionary(uniqueKeysWithValues: ids.map { ($0, NetworkInfo.json(of: found[$0] ?? []).description) })
  }

  private func names(of networks: [String], _ client: ServiceClient) async throws -> [String: String] {
    guard !networks.isEmpty else { return [:] }
    let query = networks.map { "id=\($0)" }.joined(separator: "&") + "&fields=id&fields=name"
    var names: [String: String] = [:]
    for network in try await list("networks", query, client) {
      if let id = network["id"]?.string { names[id] = network["name"]?.string }
    }
    return names
  }

  private func list(_ resource: String, _ query: String, _ client: ServiceClient) async throws -> [JSONValue] {
    let answer = try await client.call(.get, "/v2.0/\(resource)?\(query)", deadline: .seconds(5))
    guard answer.isSuccess, let list = answer.body?[resource]?.array else {
      throw PeerFailure(service: "Networking", status: answer.status, request: "a list of \(resource)")
    }
    return list
  }
}

extension NetworkInfo.Port {
  /// - Parameters:
  ///   - port: an element of the Networking API's `ports`.
  ///   - names: the networks' names by id.
  fileprivate init(_ port: JSONValue, names: [String: String]) {
    let networkID = port["network_id"]?.string ?? ""
    self.init(
      portID: port["id"]?.string ?? "", networkID: networkID, network: names[networkID] ?? networkID,
      macAddress: port["mac_address"]?.string ?? "", status: port["status"]?.string ?? "",
      addresses: (port["fixed_ips"]?.array ?? []).map {
        Address(address: $0["ip_address"]?.string ?? "", subnetID: $0["subnet_id"]?.string ?? "")
      })
  }
}
