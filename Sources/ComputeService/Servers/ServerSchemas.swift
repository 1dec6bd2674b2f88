import JSON
import OpenStackHTTP

// `nova/api/openstack/compute/schemas/servers.py`, by microversion.
extension Schema {
  /// The body of `POST /servers`.
  static func serverCreate(_ version: Microversion) -> Schema {
    func has(_ minor: Int) -> Bool { version >= Microversion(2, minor) }
    var properties: [Property] = [
      Property("name", .name), Property("imageRef", Schema(alternatives: [.uuid, .text(upTo: 0)])),
      Property("flavorRef", .flavorReference), Property("adminPass", .text), Property("metadata", .metadata),
      Property("networks", networks(version)), Property("OS-DCF:diskConfig", .diskConfig),
      Property("accessIPv4", .ipv4), Property("accessIPv6", .ipv6),
    ]
    if !has(57) { properties.append(Property("personality", .personality)) }
    properties += [
      Property("availability_zone", .name),
      Property("block_device_mapping", .list(of: .object(legacyBlockDevice))),
      Property("block_device_mapping_v2", .list(of: .object(blockDevice(version)))),
      Property("config_drive", .boolean), Property("key_name", .name), Property("min_count", .positiveInteger),
      Property("max_count", .positiveInteger), Property("return_reservation_id", .boolean),
      Property("security_groups", .list(of: .object([Property("name", .name)]))),
      Property("user_data", .userData),
    ]
    if has(19) { properties.append(Property("description", .description)) }
    if has(52) { properties.append(Property("tags", .list(of: .tag, atMost: 50))) }
    if has(63) { properties.append(Property("trusted_image_certificates", .trustedCertificates)) }
    if has(74) { properties += [Property("host", .fqdn), Property("hypervisor_hostname", .fqdn)] }
    if has(90) { properties.append(Property("hostname", .hostname)) }
    let required = ["name", "flavorRef"] + (has(37) ? ["networks"] : [])
    return .object(
      [
        Property("server", .object(properties, required: required)), Property("os:scheduler_hints", .hints),
        Property("OS-SCH-HNT:scheduler_hints", .hints),
      ], required: ["server"])
  }

  /// The body of `PUT /servers/{id}`.
  static func serverUpdate(_ version: Microversion) -> Schema {
    var properties = [
      Property("name", .name), Property("OS-DCF:diskConfig", .diskConfig), Property("accessIPv4", .ipv4),
      Property("accessIPv6", .ipv6),
    ]
    if version >= Microversion(2, 19) { properties.append(Property("description", .description)) }
    if version >= Microversion(2, 90) { properties.append(Property("hostname", .hostname)) }
    return .object([Property("server", .object(properties))], required: ["server"])
  }

  static let flavorReference = Schema(kinds: [.string, .integer], minimumCount: 1)
  static let personality = Schema.list(
    of: .object([Property("path", .text), Property("contents", Schema(kinds: [.string], format: .base64))]))
  static let trustedCertificates = Schema(
    kinds: [.array, .null], minimumCount: 1, maximumCount: 50,
    elements: [Schema(kinds: [.string], minimumCount: 1)], hasUniqueElements: true)

  private static func networks(_ version: Microversion) -> Schema {
    let isStrict = version >= Microversion(2, 37)
    var properties = [
      Property("fixed_ip", .address), Property("port", Schema(kinds: [.string, .null], format: .uuid)),
      Property("uuid", isStrict ? .uuid : .text),
    ]
    // Taken from 2.32 on, but for a gap that upstream left by accident.
    if version >= Microversion(2, 32), !isStrict || version >= Microversion(2, 42) {
      properties.append(Property("tag", .tag))
    }
    let list = Schema.list(of: .object(properties))
    guard isStrict else { return list }
    return Schema(alternatives: [list, Schema(kinds: [.string], choices: ["none", "auto"])])
  }

  private static let legacyBlockDevice: [Property] = [
    Property("virtual_name", .text(upTo: 255)), Property("volume_id", .uuid), Property("snapshot_id", .uuid),
    Property("volume_size", .volumeSize),
    Property(
      "device_name",
      Schema(
        kinds: [.string], minimumCount: 1, maximumCount: 255,
        pattern: Pattern(text: "^[a-zA-Z0-9._/-]*$") {
          $0.utf8.allSatisfy { $0.isLetterOrDigit || "._/-".utf8.contains($0) }
        })),
    Property("delete_on_termination", .boolean), Property("no_device", Schema()),
    Property("connection_info", .text(upTo: 16_777_215)),
  ]

  private static func blockDevice(_ version: Microversion) -> [Property] {
    var properties =
      legacyBlockDevice + [
        Property("source_type", Schema(kinds: [.string], choices: ["volume", "image", "snapshot", "blank"])),
        Property(
          "uuid",
          Schema(
            kinds: [.string], minimumCount: 1, maximumCount: 255,
            pattern: Pattern(text: "^[a-zA-Z0-9._-]*$") {
              $0.utf8.allSatisfy { $0.isLetterOrDigit || "._-".utf8.contains($0) }
            })),
        Property("image_id", .uuid),
        Property("destination_type", Schema(kinds: [.string], choices: ["local", "volume"])),
        Property("guest_format", .text(upTo: 255)), Property("device_type", .text(upTo: 255)),
        Property("disk_bus", .text(upTo: 255)), Property("boot_index", .bootIndex),
      ]
    if version == Microversion(2, 32) || version >= Microversion(2, 42) { properties.append(Property("tag", .tag)) }
    if version >= Microversion(2, 67) { properties.append(Property("volume_type", .text(upTo: 255, isNullable: true))) }
    return properties
  }

  private static let volumeSize = Schema(
    kinds: [.integer, .string], minimum: 1, maximum: 0x7FFF_FFFF, minimumCount: 1, isDigits: true)
  private static let bootIndex = Schema(
    kinds: [.integer, .string, .null],
    pattern: Pattern(text: "^-?[0-9]+$") { text in
      let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
      return !digits.isEmpty && digits.allSatisfy { (48...57).contains($0) }
    })

  /// What is not named here is let pass, as upstream does.
  private static let hints: Schema = {
    let instances = Schema(alternatives: [.uuid, .list(of: .uuid)])
    return .object(
      [
        Property("group", Schema(alternatives: [.list(of: .uuid), .uuid])), Property("different_host", instances),
        Property("same_host", Schema(kinds: [.string, .array], elements: [.uuid])),
        Property("query", Schema(kinds: [.string, .object])), Property("target_cell", .name),
        Property("different_cell", Schema(kinds: [.string, .array], elements: [.text])),
        Property("build_near_host_ip", .address),
        Property(
          "cidr",
          Schema(
            kinds: [.string],
            pattern: Pattern(text: "^/[0-9a-f.:]+$") { text in
              text.utf8.count > 1 && text.utf8.first == UInt8(ascii: "/")
                && text.utf8.dropFirst().allSatisfy { "0123456789abcdef.:".utf8.contains($0) }
            })),
      ], others: [])
  }()
}
