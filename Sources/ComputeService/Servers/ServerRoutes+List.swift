import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension ServerRoutes {
  func list(_ request: Request, _ context: OpenStackRequestContext, isDetailed: Bool) async throws -> Response {
    let query = QueryString(request.uri.query)
    let view = try await view(for: context)
    let wanted = try InstanceListing(
      ServerFilters(query, context, isDetailed: isDetailed), maxLimit: options.maxLimit, zones: view.hosts.zones)
    var instances: [Instance] = []
    if let listing = wanted {
      if listing.looks.contains(where: { $0.column == .networkInfo }) { try await refreshAddresses(listing.projectID) }
      instances = try await store.read { snapshot in
        if let marker = listing.marker, try snapshot.instance(marker, inProject: listing.projectID) == nil {
          throw APIError.badRequest("marker [\(marker)] not found")
        }
        return try snapshot.instances(listing)
      }
    }
    if isDetailed {
      instances = await NetworkInfoRefresh(store: store, peers: peers, logger: logger).refreshed(instances)
    }
    let next = nextPage(instances, wanted, query, context, isDetailed: isDetailed)
    return .json(capacity: 2048 * (instances.count + 1)) { writer in
      writer.object { body in
        body.member("servers") { list in
          list.array(instances) { isDetailed ? view.write($1, as: .inList, to: &$0) : view.writeBrief($1, to: &$0) }
        }
        if let next { body.member("servers_links", [["rel": "next", "href": .string(next)]]) }
      }
    }
  }

  /// Who looks for addresses looks at those that are.
  private func refreshAddresses(_ projectID: String?) async throws {
    let stale = try await store.read {
      try $0.instancesWithStaleNetworkInfo(inProject: projectID, limit: options.maxLimit)
    }
    _ = await NetworkInfoRefresh(store: store, peers: peers, logger: logger).refreshed(stale)
  }

  /// The URL of the next page; `nil` if this page is not full.
  private func nextPage(
    _ instances: [Instance], _ listing: InstanceListing?, _ query: QueryString, _ context: OpenStackRequestContext,
    isDetailed: Bool
  ) -> String? {
    guard let listing, instances.count == listing.limit, listing.limit > 0, let last = instances.last else {
      return nil
    }
    let kept = query.items.filter { $0.name != "marker" }
      .map { "\(QueryString.encoded($0.name))=\(QueryString.encoded($0.value))" }
    let path = isDetailed ? "servers/detail" : "servers"
    return "\(context.baseURL)/v2.1/\(path)?\((kept + ["marker=\(last.id)"]).joined(separator: "&"))"
  }
}
