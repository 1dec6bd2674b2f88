import JSON
import OpenStackHTTP

// As much of `nova/api/openstack/compute/schemas/servers.py` as there is behind it.
extension Schema {
  /// The body of `POST /servers`.
  static func serverCreate(_ version: Microversion) -> Schema {
    func has(_ minor: Int) -> Bool { version >= Microversion(2, minor) }
    var properties: [Property] = [
      Property("name", .name),
      Property("imageRef", Schema(alternatives: [.uuid, .text(upTo: 0)])),
      Property("flavorRef", Schema(kinds: [.string, .integer], minimumCount: 1)),
      Property("adminPass", .text), Property("metadata", .metadata), Property("networks", networks(version)),
      Property("OS-DCF:diskConfig", Schema(kinds: [.string], choices: ["AUTO", "MANUAL"])),
      Property("accessIPv4", .text), Property("accessIPv6", .text),
      Property("availability_zone", Schema(kinds: [.string], minimumCount: 1, maximumCount: 255)),
      Property("block_device_mapping", .list(of: Schema())),
      Property("block_device_mapping_v2", .list(of: Schema(kinds: [.object]))),
      Property("config_drive", .boolean), Property("key_name", .text(upTo: 255)),
      Property("min_count", .positiveInteger), Property("max_count", .positiveInteger),
      Property("return_reservation_id", .boolean),
      Property("security_groups", .list(of: .object([Property("name", .text(upTo: 255))]), unique: true)),
      Property("user_data", Schema(kinds: [.string], maximumCount: 65535, format: .base64)),
    ]
    if !has(57) { properties.append(Property("personality", .list(of: Schema()))) }
    if has(19) { properties.append(Property("description", .text(upTo: 255, isNullable: true))) }
    if has(52) {
      properties.append(
        Property(
          "tags", .list(of: Schema(kinds: [.string], minimumCount: 1, maximumCount: 60), atMost: 50, unique: true)))
    }
    if has(63) { properties.append(Property("trusted_image_certificates", Schema())) }
    if has(74) {
      properties += [Property("host", .text(upTo: 255)), Property("hypervisor_hostname", .text(upTo: 255))]
    }
    if has(90) { properties.append(Property("hostname", Schema(kinds: [.string], minimumCount: 2, maximumCount: 63))) }
    let required = ["name", "flavorRef"] + (has(37) ? ["networks"] : [])
    return .object(
      [
        Property("server", .object(properties, required: required)), Property("os:scheduler_hints", Schema()),
        Property("OS-SCH-HNT:scheduler_hints", Schema()),
      ], required: ["server"])
  }

  private static func networks(_ version: Microversion) -> Schema {
    var properties = [
      Property("fixed_ip", Schema(kinds: [.string], format: .ipv4)),
      Property("port", Schema(alternatives: [.uuid, Schema(kinds: [.null])])), Property("uuid", .uuid),
    ]
    if version == Microversion(2, 32) || version >= Microversion(2, 42) {
      properties.append(Property("tag", .text(upTo: 60)))
    }
    let list = Schema.list(of: .object(properties))
    guard version >= Microversion(2, 37) else { return list }
    return Schema(alternatives: [list, Schema(kinds: [.string], choices: ["none", "auto"])])
  }

  /// The body of `PUT /servers/{id}`.
  static func serverUpdate(_ version: Microversion) -> Schema {
    var properties = [Property("name", .name), Property("accessIPv4", .text), Property("accessIPv6", .text)]
    properties.append(Property("OS-DCF:diskConfig", Schema(kinds: [.string], choices: ["AUTO", "MANUAL"])))
    if version >= Microversion(2, 19) { properties.append(Property("description", .text(upTo: 255, isNullable: true))) }
    return .object([Property("server", .object(properties))], required: ["server"])
  }
}
