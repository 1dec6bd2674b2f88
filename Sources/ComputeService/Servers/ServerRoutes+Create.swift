import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension ServerRoutes {
  /// Accepts a server: once this has answered 202, rows say where the server goes, or why nowhere.
  func create(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let acceptedAt = options.now()
    let body = try await context.json(of: request)
    let caller = try context.caller
    try caller.mustBeMember(for: "servers:create")
    guard let projectID = caller.projectID else { throw APIError.policy("servers:create") }
    let wanted = try ServerRequest(body, context)
    let viewer = caller.isAdmin ? nil : projectID
    guard let flavor = try await store.read({ try $0.flavor(wanted.flavorID, visibleTo: viewer) }) else {
      throw APIError.badRequest("Flavor \(wanted.flavorID) could not be found.")
    }
    let key = try await key(wanted.keyName, of: caller.userID)
    let lookups = PeerLookups(request: request, peers: peers)
    async let image = lookups.image(wanted.imageID, for: flavor)
    async let networks = lookups.networks(wanted.networks)
    async let groups = lookups.securityGroupIDs(wanted.securityGroups, inProject: projectID)
    var complete = wanted
    complete.details.key = key
    (complete.details.ephemeralGB, complete.details.swapMB) = try wanted.blockDevices.sizes(in: flavor)
    complete.details.securityGroupIDs = JSONValue(try await groups).description
    let creation = InstanceCreation(
      request: complete, flavor: flavor, image: try await image, networks: try await networks, projectID: projectID,
      userID: caller.userID, requestID: context.requestID, acceptedAt: acceptedAt, policy: options.scheduling,
      quotas: Quotas(defaults: options.quotas))
    let instances = try await store.write { try creation.perform(in: $0) }
    return answer(to: wanted, instances, context)
  }

  func key(_ name: String?, of userID: String) async throws -> InstanceKey? {
    guard let name else { return nil }
    guard let pair = try await store.read({ try $0.keypair(name, ofUser: userID) }) else {
      throw APIError.badRequest("Invalid key_name provided.")
    }
    return InstanceKey(pair)
  }

  private func answer(
    to request: ServerRequest, _ instances: [Instance], _ context: OpenStackRequestContext
  ) -> Response {
    let first = instances[0]
    if request.returnsReservation {
      return .json(["reservation_id": .string(first.reservationID)], status: .accepted)
    }
    let location = "\(context.baseURL)/v2.1/servers/\(first.id)"
    var response = Response.json(status: .accepted) { writer in
      writer.object { body in
        body.member(
          "server",
          [
            "id": .string(first.id.description),
            "links": [
              ["rel": "self", "href": .string(location)],
              ["rel": "bookmark", "href": .string("\(context.baseURL)/servers/\(first.id)")],
            ],
            "OS-DCF:diskConfig": .string(first.diskConfig.rawValue),
            "security_groups": .array(
              ((try? JSONValue(parsing: first.request.securityGroups.utf8))?.array ?? []).map { ["name": $0] }),
            "adminPass": .string(request.password),
          ])
      }
    }
    response.headers[.location] = location
    return response
  }
}
