import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension IdentityService {
  /// What the caller could log in to.
  func addAuth(to router: Router<OpenStackRequestContext>) {
    router.get("/v3/auth/catalog") { _, context in
      let caller = try context.caller
      guard caller.projectID != nil else {
        throw APIError.forbidden("A project-scoped token is required to produce a service catalog.")
      }
      let entries = try await store.read { try catalog.entries(with: $0, for: caller) }
      return Response.json(capacity: 4096) {
        $0.object {
          $0.member("catalog") { Catalog.write(entries, to: &$0) }
          $0.member("links", Self.selfLink("auth/catalog", context))
        }
      }
    }
    router.get("/v3/auth/projects") { request, context in
      let filter = try Self.reachable(QueryString(request.uri.query), by: try context.caller)
      let projects = try await store.read { try $0.projects(filter) }
      return Self.list(
        "projects", projects.map { Self.resource($0, context) }, path: "auth/projects", request, context,
        limit: filter.limit)
    }
    router.get("/v3/auth/domains") { request, context in
      let filter = try Self.reachable(QueryString(request.uri.query), by: try context.caller)
      let domains = try await store.read { try $0.domains(filter) }
      return Self.list(
        "domains", domains.map { Self.resource($0, context) }, path: "auth/domains", request, context,
        limit: filter.limit)
    }
    router.get("/v3/auth/system") { _, context in
      let userID = try context.caller.userID
      let roles = try await store.read { try $0.effectiveRoles(ofUser: userID, in: .system) }
      return Response.json([
        "system": roles.isEmpty ? [] : [["all": true]], "links": Self.selfLink("auth/system", context),
      ])
    }
  }

  private static func reachable(_ query: QueryString, by caller: AuthToken) throws -> IdentityFilter {
    var filter = try IdentityFilter(query, hasDomain: false)
    filter.userID = caller.userID
    filter.isEnabled = true
    return filter
  }
}
