import HTTPTypes
import Hummingbird
import JSON
import OpenStackHTTP

extension IdentityService {
  func addDiscovery(to router: Router<OpenStackRequestContext>) {
    router.get("/") { _, context in
      var response = Response.json(status: .multipleChoices) {
        $0.object {
          $0.member("versions") {
            $0.object {
              $0.member("values") { $0.array([context.baseURL]) { Self.writeVersion(baseURL: $1, to: &$0) } }
            }
          }
        }
      }
      response.headers[.location] = context.baseURL + "/v3/"
      return response
    }
    router.get("/v3") { _, context in
      Response.json { $0.object { $0.member("version") { Self.writeVersion(baseURL: context.baseURL, to: &$0) } } }
    }
  }

  private static func writeVersion(baseURL: String, to writer: inout JSONWriter) {
    writer.object {
      $0.member("id", "v3.14")
      $0.member("status", "stable")
      $0.member("updated", "2020-04-07T00:00:00Z")
      $0.member("links", [["rel": "self", "href": .string("\(baseURL)/v3/")]])
      $0.member(
        "media-types",
        [["base": "application/json", "type": "application/vnd.openstack.identity-v3+json"]])
    }
  }
}
