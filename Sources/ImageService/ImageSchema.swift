import JSON
import Model

/// What the service says of the form of its bodies; older clients ask before they send.
enum ImageSchema {
  /// By the last part of the path.
  static let all: [(name: String, schema: JSONValue)] = [
    ("image", image), ("images", list("images", of: image)), ("member", member),
    ("members", list("members", of: member)), ("task", task), ("tasks", list("tasks", of: task)),
  ]

  private static let image: JSONValue = [
    "name": "image",
    "properties": .object(
      JSONObject(members: attributes.map { JSONObject.Member(name: $0.name, value: $0.schema) })),
    "additionalProperties": ["type": "string"],
    "links": [
      ["rel": "self", "href": "{self}"], ["rel": "enclosure", "href": "{file}"],
      ["rel": "describedby", "href": "{schema}"],
    ],
  ]

  private static func list(_ name: String, of item: JSONValue) -> JSONValue {
    let text: JSONValue = ["type": "string"]
    let items: JSONValue = ["type": "array", "items": item]
    return [
      "name": .string(name),
      "properties": .object([name: items, "first": text, "next": text, "schema": text]),
      "links": [
        ["rel": "first", "href": "{first}"], ["rel": "next", "href": "{next}"],
        ["rel": "describedby", "href": "{schema}"],
      ],
    ]
  }

  private static let readOnly = ImageDocument.readOnly.union(["status", "size", "virtual_size"])

  private static let attributes: [(name: String, schema: JSONValue)] =
    ([
      "id", "name", "owner", "checksum", "os_hash_algo", "os_hash_value", "created_at", "updated_at", "self", "file",
      "schema", "kernel_id", "ramdisk_id",
    ].map { ($0, ["type": ["null", "string"]]) }
    + ["size", "virtual_size", "min_disk", "min_ram"].map { ($0, ["type": ["null", "integer"]]) }
    + ["protected", "os_hidden"].map { ($0, ["type": "boolean"]) }
    + [
      ("status", ["type": "string", "enum": JSONValue(ImageStatus.allCases.map(\.rawValue))]),
      ("visibility", ["type": "string", "enum": ["community", "public", "private", "shared"]]),
      ("disk_format", ["type": ["null", "string"], "enum": JSONValue(ImageDocument.diskFormats)]),
      ("container_format", ["type": ["null", "string"], "enum": JSONValue(ImageDocument.containerFormats)]),
      ("tags", ["type": "array", "items": ["type": "string", "maxLength": 255]]),
    ]).map { name, schema in (name, readOnly.contains(name) ? marked(schema) : schema) }

  private static func marked(_ schema: JSONValue) -> JSONValue {
    guard var object = schema.object else { return schema }
    object["readOnly"] = true
    return .object(object)
  }

  private static let member: JSONValue = [
    "name": "member",
    "properties": [
      "member_id": ["type": "string"], "image_id": ["type": "string"], "created_at": ["type": "string"],
      "updated_at": ["type": "string"],
      "status": ["type": "string", "enum": JSONValue(ImageMember.Status.allCases.map(\.rawValue))],
      "schema": ["type": "string", "readOnly": true],
    ],
  ]

  private static let task: JSONValue = [
    "name": "task",
    "properties": [
      "id": ["type": "string"], "type": ["type": "string", "enum": ["api_image_import"]],
      "status": ["type": "string", "enum": JSONValue(ImageTask.Status.allCases.map(\.rawValue))],
      "owner": ["type": "string"], "image_id": ["type": "string"], "input": ["type": ["null", "object"]],
      "result": ["type": ["null", "object"]], "message": ["type": "string"], "created_at": ["type": "string"],
      "updated_at": ["type": "string"], "expires_at": ["type": ["null", "string"]], "self": ["type": "string"],
      "schema": ["type": "string"],
    ],
  ]
}
