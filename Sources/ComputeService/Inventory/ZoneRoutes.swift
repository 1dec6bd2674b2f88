import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

/// `/os-availability-zone`: the zones that hosts are in. One whose hosts are all disabled is not available.
struct ZoneRoutes: Sendable {
  let store: Store
  let options: ComputeOptions

  func add(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("os-availability-zone") { try await list($0, $1, isDetailed: false) }
    api.get("os-availability-zone/detail") { try await list($0, $1, isDetailed: true) }
  }

  private func list(
    _ request: Request, _ context: OpenStackRequestContext, isDetailed: Bool
  ) async throws -> Response {
    if isDetailed { try context.requireAdmin("os_compute_api:os-availability-zone:detail") }
    let (nodes, zones) = try await store.read { (try $0.computeNodes(), try $0.zonesOfHosts()) }
    let byZone = Dictionary(grouping: nodes) { zones[$0.host] ?? options.availabilityZone }
    let list = byZone.sorted { ($0.value.isAvailable ? 0 : 1, $0.key) < ($1.value.isAvailable ? 0 : 1, $1.key) }
    return .json([
      "availabilityZoneInfo": .array(
        list.map { name, nodes in
          [
            "zoneName": .string(name), "zoneState": ["available": .bool(nodes.isAvailable)],
            "hosts": isDetailed && nodes.isAvailable ? hosts(nodes) : .null,
          ]
        })
    ])
  }

  private func hosts(_ nodes: [ComputeNode]) -> JSONValue {
    let members = nodes.filter(\.isEnabled).map { node in
      let service: JSONValue = [
        "active": true, "available": .bool(options.isUp(node)),
        "updated_at": .string(node.heartbeatAt.iso8601WithoutZone),
      ]
      return JSONObject.Member(name: node.host, value: ["nova-compute": service])
    }
    return .object(JSONObject(members: members))
  }
}

extension [ComputeNode] {
  fileprivate var isAvailable: Bool { contains(where: \.isEnabled) }
}
