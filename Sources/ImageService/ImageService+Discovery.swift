import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

extension ImageService {
  /// Glance's versions are features: 2.9 has hashes and hidden images; the later ones need several stores or a cache.
  private static let versions = ["2.9", "2.7", "2.6", "2.5", "2.4", "2.3", "2.2", "2.1", "2.0"]

  func addDiscovery(to router: Router<OpenStackRequestContext>) {
    for path: RouterPath in ["/", "/versions", "/v2"] {
      router.get(path) { _, context in
        Response.json(status: path == "/versions" ? .ok : .multipleChoices) {
          $0.object {
            $0.member("versions") {
              $0.array(Self.versions) { list, version in
                VersionDocument(
                  id: "v\(version)", status: version == Self.versions[0] ? "CURRENT" : "SUPPORTED",
                  href: "\(context.baseURL)/v2/"
                ).write(to: &list)
              }
            }
          }
        }
      }
    }
    for (name, schema) in ImageSchema.all {
      router.get("/v2/schemas/\(name)") { _, _ in Response.json(schema) }
    }
    router.get("/v2/info/import") { _, _ in
      Response.json([
        "import-methods": [
          "description": "Import methods available.", "type": "array", "value": JSONValue(options.importMethods),
        ]
      ])
    }
    for path: RouterPath in ["/v2/info/stores", "/v2/info/stores/detail"] {
      router.get(path) { _, _ -> Response in
        throw APIError.notFound("Multi backend is not supported at this site.")
      }
    }
    router.get("/v2/info/usage") { _, context in try await usage(context) }
  }

  /// Sizes in MiB, as upstream's limits are; -1 is no limit.
  private func usage(_ context: OpenStackRequestContext) async throws -> Response {
    let project = try context.caller.projectID ?? ""
    let (bytes, count, uploading) = try await store.read { snapshot in
      (
        try snapshot.imageBytes(ofProject: project, except: UUID()), try snapshot.imageCount(ofProject: project),
        try snapshot.uploadingImageCount(ofProject: project)
      )
    }
    let members = [
      ("image_size_total", bytes >> 20, options.storageQuota.map { $0 >> 20 }),
      ("image_count_total", count, options.countLimit), ("image_count_uploading", uploading, options.uploadingLimit),
    ]
    return Response.json {
      $0.object {
        $0.member("usage") {
          $0.object {
            for (name, usage, limit) in members {
              $0.member(named: name, ["limit": JSONValue(limit ?? -1), "usage": JSONValue(usage)])
            }
          }
        }
      }
    }
  }
}
