import Hummingbird
import JSON
import Model
import OpenStackHTTP

// What stock clients ask for on the way to a server, although nobody wants it: quotas without limits, and resources of
// which there are none. No extension that stands for them is advertised.

extension NetworkService {
  /// Lists that are empty; one of them is nowhere to be found, by its own exception's name.
  func addAbsentResourceRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    let absent: [(path: String, member: String, notFound: @Sendable (String) -> APIError)] = [
      ("routers", "routers", { .notFound("Router \($0) could not be found", type: "RouterNotFound") }),
      ("floatingips", "floatingips", { .notFound("Floating IP \($0) could not be found", type: "FloatingIPNotFound") }),
      (
        "security-groups", "security_groups",
        { .notFound("Security group \($0) does not exist", type: "SecurityGroupNotFound") }
      ),
      (
        "security-group-rules", "security_group_rules",
        { .notFound("Security group rule \($0) does not exist", type: "SecurityGroupRuleNotFound") }
      ),
    ]
    for (path, member, notFound) in absent {
      api.get(RouterPath(path)) { _, _ in
        Response.json { writer in writer.object { $0.member(named: member, []) } }
      }
      api.get(RouterPath("\(path)/:id")) { _, context -> Response in throw notFound(context.resourceName) }
    }
  }
}
