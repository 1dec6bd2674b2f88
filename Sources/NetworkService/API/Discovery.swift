import Hummingbird
import JSON
import OpenStackHTTP

extension NetworkService {
  /// `GET /`: the versions, without a token. `GET /v2.0`: the core resources; what extensions bring is told by them.
  func addDiscoveryRoutes(to router: Router<OpenStackRequestContext>) {
    router.get("/") { _, context in
      Response.json { writer in
        writer.object {
          $0.member("versions") { versions in
            versions.array { VersionDocument(id: "v2.0", href: "\(context.baseURL)/v2.0/").write(to: &$0) }
          }
        }
      }
    }
    router.get("v2.0") { _, context in
      Response.json { writer in
        writer.object {
          $0.member("resources") { list in
            list.array([ResourceKind.network, .subnet, .subnetPool, .port]) {
              $1.writeResource(to: &$0, baseURL: context.baseURL)
            }
          }
        }
      }
    }
  }
}

extension ResourceKind {
  fileprivate func writeResource(to writer: inout JSONWriter, baseURL: String) {
    writer.object {
      $0.member("name", name)
      $0.member("collection", collection)
      $0.member("links") {
        $0.array {
          $0.object {
            $0.member("rel", "self")
            $0.member("href", "\(baseURL)/v2.0/\(collection)")
          }
        }
      }
    }
  }
}
