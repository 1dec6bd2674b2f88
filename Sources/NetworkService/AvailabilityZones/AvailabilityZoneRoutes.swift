import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension NetworkService {
  func addAvailabilityZoneRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("availability_zones") { [self] request, context in try await listAvailabilityZones(request, context) }
  }

  /// There are few zones, all of them read from the agents by one statement, so they are filtered here.
  private func listAvailabilityZones(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let caller = NetworkCaller(try context.caller)
    let parameters = try request.listParameters(configuration)
    let unknown = parameters.filters.map(\.name).filter { !AvailabilityZone.filters.contains($0) }
    guard unknown.isEmpty else {
      throw APIError.badRequest(
        "\(pythonText(.array(unknown.map { .string($0) }))) is invalid attribute for filtering")
    }
    let zones = try await store.read { try $0.availabilityZones() }.filter { zone in
      parameters.filters.allSatisfy { $0.values.contains(zone.value(of: $0.name)) }
    }
    let view = ResourceView(fields: parameters.fields, for: caller)
    return Response.json { writer in
      writer.object { $0.member("availability_zones") { $0.array(zones) { $1.write(to: &$0, view) } } }
    }
  }
}

extension AvailabilityZone {
  fileprivate static let filters: Set<String> = ["name", "resource", "state"]

  fileprivate func value(of filter: String) -> String {
    switch filter {
    case "name": name
    case "resource": resource.rawValue
    default: state
    }
  }

  fileprivate func write(to writer: inout JSONWriter, _ view: ResourceView) {
    writer.object { zone in
      if view.shows("state") { zone.member("state", state) }
      if view.shows("name") { zone.member("name", name) }
      if view.shows("resource") { zone.member("resource", resource.rawValue) }
    }
  }
}

extension APIExtension {
  static let availabilityZoneExtensions: [APIExtension] = [
    APIExtension(
      alias: "availability_zone", name: "Availability Zone", description: "The availability zone extension.",
      updated: "2015-01-01T10:00:00-00:00"),
    APIExtension(
      alias: "availability_zone_filter", name: "Availability Zone Filter Extension",
      description: "Add filter parameters to AvailabilityZone resource", updated: "2018-06-22T10:00:00-00:00"),
  ]
}
