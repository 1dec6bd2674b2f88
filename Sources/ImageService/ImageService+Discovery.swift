import Hummingbird
import JSON
import OpenStackHTTP

extension ImageService {
  func addDiscovery(to router: Router<OpenStackRequestContext>) {
    for path: RouterPath in ["/", "/versions", "/v2"] {
      router.get(path) { _, context in
        Response.json(status: path == "/versions" ? .ok : .multipleChoices) {
          $0.object {
            $0.member("versions") {
              $0.array([("v2.9", "CURRENT"), ("v2.0", "SUPPORTED")]) { list, version in
                VersionDocument(id: version.0, status: version.1, href: "\(context.baseURL)/v2/").write(to: &list)
              }
            }
          }
        }
      }
    }
    router.get("/v2/schemas/image") { _, _ in Response.json(ImageSchema.image) }
    router.get("/v2/schemas/images") { _, _ in Response.json(ImageSchema.images) }
  }
}

/// What the service says of the form of its bodies; older clients ask before they send.
enum ImageSchema {
  static let image: JSONValue = [
    "name": "image",
    "properties": .object(
      JSONObject(members: attributes.map { JSONObject.Member(name: $0.name, value: $0.schema) })),
    "additionalProperties": ["type": "string"],
    "links": [
      ["rel": "self", "href": "{self}"], ["rel": "enclosure", "href": "{file}"],
      ["rel": "describedby", "href": "{schema}"],
    ],
  ]

  static let images: JSONValue = [
    "name": "images",
    "properties": [
      "images": ["type": "array", "items": image], "first": ["type": "string"], "next": ["type": "string"],
      "schema": ["type": "string"],
    ],
    "links": [["rel": "first", "href": "{first}"], ["rel": "next", "href": "{next}"]],
  ]

  private static let attributes: [(name: String, schema: JSONValue)] =
    [
      "id", "name", "status", "owner", "checksum", "os_hash_algo", "os_hash_value", "created_at", "updated_at", "self",
      "file", "schema", "kernel_id", "ramdisk_id",
    ].map { ($0, ["type": ["null", "string"]]) }
    + ["size", "virtual_size", "min_disk", "min_ram"].map { ($0, ["type": ["null", "integer"]]) }
    + ["protected", "os_hidden"].map { ($0, ["type": "boolean"]) }
    + [
      ("visibility", ["type": "string", "enum": ["community", "public", "private", "shared"]]),
      ("disk_format", ["type": ["null", "string"], "enum": JSONValue(ImageDocument.diskFormats)]),
      ("container_format", ["type": ["null", "string"], "enum": JSONValue(ImageDocument.containerFormats)]),
      ("tags", ["type": "array", "items": ["type": "string", "maxLength": 255]]),
    ]
}
