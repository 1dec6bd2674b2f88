import Hummingbird
import JSON
import Model
import OpenStackHTTP

extension IdentityService {
  func addCatalog(to router: Router<OpenStackRequestContext>) {
    router.get("/v3/auth/catalog") { _, context in
      Response.json {
        $0.object {
          $0.member("catalog") { catalog.write(to: &$0) }
          $0.member("links", Self.links(to: context.baseURL + "/v3/auth/catalog"))
        }
      }
    }
    router.get("/v3/services") { request, context in
      try Self.requireAdmin(context, "identity:list_services")
      let type = QueryString(request.uri.query)["type"]
      let services = catalog.entries.filter { type == nil || type == $0.service.catalogType }.map(service)
      return Self.list("services", services, context)
    }
    router.get("/v3/services/:id") { _, context in
      try Self.requireAdmin(context, "identity:get_service")
      let id = context.parameters.get("id") ?? ""
      guard let found = catalog.entries.map(service).first(where: { $0["id"]?.string == id }) else {
        throw Self.notFound("service", id)
      }
      return Response.json(["service": found])
    }
    router.get("/v3/endpoints") { _, context in
      try Self.requireAdmin(context, "identity:list_endpoints")
      return Self.list("endpoints", catalog.entries.flatMap(endpoints), context)
    }
    router.get("/v3/regions") { _, context in
      Self.list("regions", [["id": .string(catalog.region), "description": "", "parent_region_id": .null]], context)
    }
    router.get("/v3/domains") { _, context in
      Self.list("domains", [Self.domainResource], context)
    }
    router.get("/v3/domains/:id") { _, context in
      let id = context.parameters.get("id") ?? ""
      guard id == Domain.defaultID else { throw Self.notFound("domain", id) }
      return Response.json(["domain": Self.domainResource])
    }
  }

  static func links(to url: String) -> JSONValue {
    ["self": .string(url), "previous": .null, "next": .null]
  }

  /// A list as Keystone wraps it.
  static func list(_ name: StaticString, _ elements: [JSONValue], _ context: OpenStackRequestContext) -> Response {
    Response.json {
      $0.object {
        $0.member(name, .array(elements))
        $0.member("links", links(to: "\(context.baseURL)/v3/\(name)"))
      }
    }
  }

  private static let domainResource: JSONValue = [
    "id": .string(Domain.defaultID), "name": .string(Domain.defaultName), "description": "The default domain",
    "enabled": true, "tags": [], "options": [:],
  ]

  private func service(_ entry: Catalog.Entry) -> JSONValue {
    [
      "id": .string(Catalog.id("service", entry.service.rawValue)), "type": .string(entry.service.catalogType),
      "name": .string(entry.service.catalogName), "description": "", "enabled": true,
    ]
  }

  private func endpoints(_ entry: Catalog.Entry) -> [JSONValue] {
    Catalog.interfaces.map { interface in
      [
        "id": .string(Catalog.id("endpoint", entry.service.rawValue, interface)), "interface": .string(interface),
        "region": .string(catalog.region), "region_id": .string(catalog.region), "url": .string(entry.url),
        "service_id": .string(Catalog.id("service", entry.service.rawValue)), "enabled": true,
      ]
    }
  }
}
