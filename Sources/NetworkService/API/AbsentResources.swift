import HTTPTypes
import Hummingbird
import JSON
import Model
import OpenStackHTTP

// What stock clients look at on the way to a server, and what there is none of here. No extension that stands for it is
// advertised, and everything else that is not served is as unknown as any other path.

extension NetworkService {
  /// Lists that are empty, elements that are not found under their own exception's name, and no way to make any.
  func addAbsentResourceRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    let absent: [(path: String, named: String, notFound: @Sendable (String) -> APIError)] = [
      ("routers", "Routers", { .notFound("Router \($0) could not be found", type: "RouterNotFound") }),
      (
        "floatingips", "Floating IPs",
        { .notFound("Floating IP \($0) could not be found", type: "FloatingIPNotFound") }
      ),
    ]
    // Who provides routers, load balancers and the like: nobody.
    api.get("service-providers") { _, _ in
      Response.json { writer in writer.object { $0.member("service_providers", []) } }
    }
    for (path, named, notFound) in absent {
      api.get(RouterPath(path)) { _, _ in
        Response.json { writer in writer.object { $0.member(named: path, []) } }
      }
      api.post(RouterPath(path)) { _, _ -> Response in
        throw APIError.notFound("\(named) are not offered: this service has no extension 'router'.")
      }
      for method in [HTTPRequest.Method.get, .put, .delete] {
        api.on("\(path)/:id", method: method) { _, context -> Response in throw notFound(context.resourceName) }
      }
    }
  }
}
