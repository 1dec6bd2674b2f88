import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

// How full networks are, for administrators (`neutron/db/network_ip_availability_db.py`).

extension NetworkService {
  func addIPAvailabilityRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("network-ip-availabilities") { [self] request, context in try await listIPAvailabilities(request, context) }
    api.get("network-ip-availabilities/:id") { [self] request, context in
      try await showIPAvailability(request, context)
    }
  }

  private func listIPAvailabilities(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let parameters = try request.listParameters(configuration)
    let query = try IPAvailabilityQuery(parameters)
    // Who may not see them sees none, as upstream's policy on each element makes it.
    let mayRead = caller.may("get_network_ip_availability", PolicyTarget())
    let found = mayRead ? try await store.read { try $0.ipAvailabilities(query) } : []
    let view = ResourceView(fields: parameters.fields, for: caller)
    return Response.json(capacity: 512 * max(1, found.count)) { writer in
      writer.object { $0.member("network_ip_availabilities") { $0.array(found) { $1.write(to: &$0, view) } } }
    }
  }

  private func showIPAvailability(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    guard let id = context.resourceID, caller.may("get_network_ip_availability", PolicyTarget()) else {
      throw APIError.networkNotFound(context.resourceName)
    }
    var query = IPAvailabilityQuery()
    query.networkIDs = [id]
    let wanted = query
    guard let found = try await store.read({ try $0.ipAvailabilities(wanted).first }) else {
      throw APIError.networkNotFound(id)
    }
    return Response.one("network_ip_availability") { found.write(to: &$0, request.view(for: caller)) }
  }
}

extension IPAvailabilityQuery {
  /// - Throws: `APIError` 400 for a filter that there is not.
  fileprivate init(_ parameters: ListParameters) throws {
    self.init()
    let known: Set = ["network_id", "network_name", "tenant_id", "project_id", "ip_version"]
    let unknown = parameters.filters.map(\.name).filter { !known.contains($0) }
    guard unknown.isEmpty else {
      throw APIError.badRequest("\(pythonText(unknown)) is invalid attribute for filtering")
    }
    networkIDs = parameters.values(of: "network_id").map { $0.compactMap { UUID($0) } }
    networkNames = parameters.values(of: "network_name")
    projectIDs = parameters.values(of: "project_id") ?? parameters.values(of: "tenant_id")
    versions = parameters.values(of: "ip_version").map { $0.compactMap { Int($0).flatMap { IPVersion(rawValue: $0) } } }
  }
}

extension NetworkIPAvailability {
  fileprivate func write(to writer: inout JSONWriter, _ view: ResourceView) {
    writer.object { network in
      if view.shows("network_id") { network.member("network_id", networkID.description) }
      if view.shows("network_name") { network.member("network_name", networkName) }
      if view.shows("tenant_id") { network.member("tenant_id", projectID) }
      if view.shows("subnet_ip_availability") {
        network.member("subnet_ip_availability") {
          $0.array(subnets) { list, subnet in
            list.object {
              $0.member("subnet_id", subnet.id.description)
              $0.member("ip_version", subnet.cidr.version.rawValue)
              $0.member("cidr", subnet.cidr.description)
              $0.member("subnet_name", subnet.name)
              $0.member("used_ips", subnet.usedIPs)
              // An IPv6 subnet has more addresses than an integer of ours counts.
              $0.member("total_ips", raw: subnet.totalIPs.description)
            }
          }
        }
      }
      if view.shows("used_ips") { network.member("used_ips", usedIPs) }
      if view.shows("total_ips") { network.member("total_ips", raw: totalIPs.description) }
      if view.shows("project_id") { network.member("project_id", projectID) }
    }
  }
}
