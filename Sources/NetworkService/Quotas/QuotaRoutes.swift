import Hummingbird
import JSON
import OpenStackHTTP

extension NetworkService {
  func addQuotaRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("quotas/:id") { _, context in
      let caller = NetworkCaller(try context.caller)
      guard caller.owns(context.resourceName) else { throw APIError.policyNotAuthorized("rule:get_quota") }
      return Response.one("quota") { writer in
        writer.object {
          for name in ["network", "subnet", "subnetpool", "port", "router", "floatingip"] {
            $0.member(named: name, -1)
          }
          // The only default of upstream's that is not "no limit".
          $0.member("rbac_policy", 10)
          $0.member("security_group", -1)
          $0.member("security_group_rule", -1)
        }
      }
    }
  }
}
