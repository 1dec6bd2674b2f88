import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

/// `/os-hypervisors`: the hosts with what they have and what is taken of it.
struct HypervisorRoutes: Sendable {
  let store: Store
  let options: ComputeOptions

  func add(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("os-hypervisors") { try await list($0, $1, isDetailed: false) }
    api.get("os-hypervisors/detail") { try await list($0, $1, isDetailed: true) }
    api.get("os-hypervisors/statistics") { try await statistics($0, $1) }
    api.get("os-hypervisors/:hypervisor_id") { try await show($0, $1) }
    api.get("os-hypervisors/:hypervisor_id/uptime") { try await uptime($0, $1) }
    api.get("os-hypervisors/:hypervisor_id/search") { try await search($0, $1, withServers: false) }
    api.get("os-hypervisors/:hypervisor_id/servers") { try await search($0, $1, withServers: true) }
  }

  private func list(
    _ request: Request, _ context: OpenStackRequestContext, isDetailed: Bool
  ) async throws -> Response {
    let version = context.microversion
    let query = try HypervisorQuery(QueryString(request.uri.query), version, maxLimit: options.maxLimit)
    try context.requireAdmin("os_compute_api:os-hypervisors:list\(isDetailed ? "-detail" : "")")
    var (nodes, servers) = try await read(withServers: query.withServers)
    if let pattern = query.pattern { nodes = try Self.matching(pattern, nodes) }
    if let marker = query.marker {
      guard let index = nodes.firstIndex(where: { $0.isKnown(as: marker, version) }) else {
        throw APIError.badRequest("marker [\(marker)] not found")
      }
      nodes.removeFirst(index + 1)
    }
    let page = Array(nodes.prefix(query.limit))
    let view = HypervisorView(options: options, version: version, servers: servers)
    var answer = JSONObject()
    answer["hypervisors"] = .array(page.map { isDetailed ? view.detailed($0) : view.brief($0) })
    if query.isPaged, query.pattern == nil, let last = page.last, page.count == query.limit {
      let url = "\(context.baseURL)/v2.1/os-hypervisors\(isDetailed ? "/detail" : "")"
      let next = query.query.nextPage(url, marker: last.shownID(version).pythonString)
      answer["hypervisors_links"] = [["rel": "next", "href": .string(next)]]
    }
    return .json(.object(answer))
  }

  private func read(withServers: Bool) async throws -> ([ComputeNode], [String: [InstanceName]]?) {
    try await store.read { snapshot in
      (try snapshot.computeNodes().sorted { $0.number < $1.number }, withServers ? try snapshot.namesOnHosts() : nil)
    }
  }

  private static func matching(_ pattern: String, _ nodes: [ComputeNode]) throws -> [ComputeNode] {
    let found = nodes.filter { pattern.isEmpty || $0.host.contains(pattern) }
    guard !found.isEmpty else { throw APIError.notFound("No hypervisor matching '\(pattern)' could be found.") }
    return found
  }

  private func show(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let query = QueryString(request.uri.query)
    let version = context.microversion
    let withServers = version >= Microversion(2, 53) ? try HypervisorQuery.withServers(query) : false
    try context.requireAdmin("os_compute_api:os-hypervisors:show")
    let (node, servers) = try await found(context, withServers: withServers)
    let view = HypervisorView(options: options, version: version, servers: servers)
    return .json(["hypervisor": view.detailed(node)])
  }

  private func found(
    _ context: OpenStackRequestContext, withServers: Bool
  ) async throws -> (ComputeNode, [String: [InstanceName]]?) {
    let id = context.parameters.get("hypervisor_id") ?? ""
    let version = context.microversion
    if version >= Microversion(2, 53), UUID(id) == nil { throw APIError.badRequest("Invalid uuid \(id)") }
    let (nodes, servers) = try await read(withServers: withServers)
    guard let node = nodes.first(where: { $0.isKnown(as: id, version) }) else {
      throw APIError.notFound("Hypervisor with ID '\(id)' could not be found.")
    }
    return (node, servers)
  }

  /// No host tells how long it has been up, so upstream's answer is that of a driver that cannot.
  private func uptime(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    guard context.microversion < Microversion(2, 88) else { throw APIError.unknownPath }
    try context.requireAdmin("os_compute_api:os-hypervisors:uptime")
    let (node, _) = try await found(context, withServers: false)
    guard options.isUp(node) else {
      throw APIError.badRequest("Compute service of \(node.host) is unavailable at this time.")
    }
    throw APIError(.notImplemented, "The requested functionality is not supported.")
  }

  /// `/os-hypervisors/{pattern}/search` and `/servers`, before 2.53.
  private func search(
    _ request: Request, _ context: OpenStackRequestContext, withServers: Bool
  ) async throws -> Response {
    let version = context.microversion
    guard version < Microversion(2, 53) else { throw APIError.unknownPath }
    try context.requireAdmin("os_compute_api:os-hypervisors:\(withServers ? "servers" : "search")")
    let pattern = QueryString.unescaped(context.parameters.get("hypervisor_id") ?? "")
    let (nodes, servers) = try await read(withServers: withServers)
    let view = HypervisorView(options: options, version: version, servers: servers)
    return .json(["hypervisors": .array(try Self.matching(pattern, nodes).map(view.brief))])
  }

  private func statistics(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    guard context.microversion < Microversion(2, 88) else { throw APIError.unknownPath }
    try context.requireAdmin("os_compute_api:os-hypervisors:statistics")
    let nodes = try await store.read { try $0.computeNodes() }.filter(\.isEnabled)
    var sums = JSONObject()
    sums["count"] = JSONValue(nodes.count)
    for (name, amount) in HypervisorView.amounts {
      sums[name] = JSONValue(nodes.reduce(0) { $0 + amount($1) })
    }
    return .json(["hypervisor_statistics": .object(sums)])
  }
}
