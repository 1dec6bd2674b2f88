import Hummingbird
import JSON
import OpenStackHTTP

/// What the Compute service is and which microversions it has: `/` and `/v2.1`.
struct DiscoveryRoutes: Sendable {
  let microversions: ClosedRange<Microversion>

  func add(to router: Router<OpenStackRequestContext>) {
    router.get("/") { _, context in
      Response.json { writer in
        writer.object { $0.member("versions") { $0.array { document(context).write(to: &$0) } } }
      }
    }
    router.get("v2.1") { _, context in
      Response.json { writer in writer.object { $0.member("version") { document(context).write(to: &$0) } } }
    }
  }

  private func document(_ context: OpenStackRequestContext) -> VersionDocument {
    VersionDocument(
      id: "v2.1", href: "\(context.baseURL)/v2.1/", microversions: microversions, updated: "2013-07-23T11:33:21Z")
  }
}
