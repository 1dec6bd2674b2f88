import HTTPTypes
import JSON
import Model
import OpenStackHTTP

/// An image as the API shows it and takes it: one flat object in which the owner's properties stand beside our own.
enum ImageDocument {
  static let diskFormats = ["ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop"]
  static let containerFormats = ["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"]

  /// What clients set, and can replace but never remove.
  static let settable: Set<String> = [
    "name", "visibility", "container_format", "disk_format", "min_disk", "min_ram", "protected", "os_hidden", "tags",
    "owner",
  ]

  /// What only the service sets.
  static let readOnly: Set<String> = [
    "id", "status", "checksum", "os_hash_algo", "os_hash_value", "size", "virtual_size", "created_at", "updated_at",
    "self", "file", "schema", "direct_url", "stores",
  ]

  /// Names that nobody gives to a property, nor those that begin with upstream's `os_glance`.
  private static let reserved: Set<String> = ["location", "locations", "deleted", "deleted_at"]

  static func write(_ image: Image, to writer: inout JSONWriter) {
    writer.object {
      for (name, value) in image.properties.sorted(by: { $0.key < $1.key }) {
        $0.member(named: name, .string(value))
      }
      $0.member("id", image.id.description)
      $0.member("name", image.name)
      $0.member("status", image.status.rawValue)
      $0.member("visibility", image.visibility.rawValue)
      $0.member("owner", image.owner)
      $0.member("container_format", image.containerFormat)
      $0.member("disk_format", image.diskFormat)
      $0.member("min_disk", image.minimumDiskGB)
      $0.member("min_ram", image.minimumMemoryMB)
      $0.member("protected", image.isProtected)
      $0.member("os_hidden", image.isHidden)
      $0.member("size", image.data?.size ?? image.stagedSize)
      $0.member("virtual_size", image.data?.virtualSize)
      $0.member("checksum", image.data?.checksum)
      $0.member("os_hash_algo", image.data == nil ? nil : "sha512")
      $0.member("os_hash_value", image.data?.sha512)
      $0.member("tags", JSONValue(image.tags.sorted()))
      $0.member("created_at", image.createdAt.iso8601Seconds)
      $0.member("updated_at", image.updatedAt.iso8601Seconds)
      $0.member("self", "/v2/images/\(image.id)")
      $0.member("file", "/v2/images/\(image.id)/file")
      $0.member("schema", "/v2/schemas/image")
    }
  }

  /// - Throws: `APIError` 403 for an attribute or a property that clients do not set.
  static func checkName(_ name: String) throws(APIError) {
    guard !readOnly.contains(name) else { throw .forbidden("Attribute '\(name)' is read-only.") }
    guard !reserved.contains(name), !name.hasPrefix("os_glance") else {
      throw .forbidden("Attribute '\(name)' is reserved.")
    }
  }

  /// Sets one attribute of an image to what a client sent; every other name is a property.
  ///
  /// - Throws: `APIError` 400 for a value that the attribute cannot have, 403 for an attribute that clients do not set.
  static func set(_ name: String, to value: JSONValue, of image: inout Image, by caller: AuthToken) throws {
    try checkName(name)
    switch name {
    case "name": image.name = try ImageValue.optionalText(name, value)
    case "visibility": image.visibility = try ImageValue.visibility(value, caller)
    case "container_format": image.containerFormat = try ImageValue.format(name, value, containerFormats, image)
    case "disk_format": image.diskFormat = try ImageValue.format(name, value, diskFormats, image)
    case "min_disk": image.minimumDiskGB = try ImageValue.count(name, value)
    case "min_ram": image.minimumMemoryMB = try ImageValue.count(name, value)
    case "protected": image.isProtected = try ImageValue.flag(name, value)
    case "os_hidden": image.isHidden = try ImageValue.flag(name, value)
    case "tags": image.tags = try ImageValue.tags(value)
    case "owner": image.owner = try ImageValue.owner(value, image, caller)
    default: image.properties[name] = try ImageValue.property(name, value)
    }
  }

  /// - Throws: `APIError` 413 for more tags or properties than an image may have.
  static func checkLimits(of image: Image, _ options: ImageOptions) throws(APIError) {
    guard image.properties.count <= options.propertyLimit else {
      throw APIError(
        .contentTooLarge,
        "The limit has been exceeded on the number of allowed image properties: \(options.propertyLimit).")
    }
    guard image.tags.count <= options.tagLimit else {
      throw APIError(
        .contentTooLarge, "The limit has been exceeded on the number of allowed image tags: \(options.tagLimit).")
    }
  }
}
