import HTTPTypes
import JSON
import Model
import OpenStackHTTP

/// An image as the API shows it and takes it: one flat object in which the owner's properties stand beside our own.
enum ImageDocument {
  static let diskFormats = ["ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop"]
  static let containerFormats = ["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"]

  /// What only the service sets.
  static let readOnly: Set<String> = [
    "id", "status", "checksum", "os_hash_algo", "os_hash_value", "size", "virtual_size", "created_at", "updated_at",
    "self", "file", "schema", "direct_url", "locations", "deleted", "deleted_at",
  ]

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
      $0.member("size", image.data?.size)
      $0.member("virtual_size", .null)
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

  /// Sets one attribute of an image to what a client sent; every other name is a property.
  ///
  /// - Throws: `APIError` 400 for a value that the attribute cannot have, 403 for an attribute that clients do not set.
  static func set(_ name: String, to value: JSONValue, of image: inout Image, by caller: AuthToken) throws {
    guard !readOnly.contains(name) else { throw APIError.forbidden("Attribute '\(name)' is read-only.") }
    switch name {
    case "name": image.name = try optionalText(name, value)
    case "visibility": image.visibility = try visibility(value, caller)
    case "container_format": image.containerFormat = try format(name, value, containerFormats, image)
    case "disk_format": image.diskFormat = try format(name, value, diskFormats, image)
    case "min_disk": image.minimumDiskGB = try count(name, value)
    case "min_ram": image.minimumMemoryMB = try count(name, value)
    case "protected": image.isProtected = try flag(name, value)
    case "os_hidden": image.isHidden = try flag(name, value)
    case "tags": image.tags = try tags(value)
    case "owner":
      guard caller.isAdmin, let owner = try optionalText(name, value) else {
        throw APIError.forbidden("You are not permitted to set the owner of an image.")
      }
      image.owner = owner
    default: try setProperty(name, value, of: &image)
    }
  }

  private static func setProperty(_ name: String, _ value: JSONValue, of image: inout Image) throws {
    guard (1...255).contains(name.count) else { throw invalid(name, "a name has 1 to 255 characters") }
    // The kernel and the ramdisk may be null in a body, which says the same as leaving them out.
    if value.isNull, ["kernel_id", "ramdisk_id"].contains(name) {
      image.properties[name] = nil
      return
    }
    guard let text = value.string, text.utf8.count <= 65_535 else { throw invalid(name, "\(value) is not a string") }
    guard image.properties.count < 128 || image.properties[name] != nil else {
      throw APIError(.contentTooLarge, "The limit has been exceeded on the number of allowed image properties.")
    }
    image.properties[name] = text
  }

  private static func invalid(_ name: String, _ reason: String) -> APIError {
    APIError.badRequest("Provided object does not match schema 'image': \(reason). Failed validating '\(name)'")
  }

  private static func optionalText(_ name: String, _ value: JSONValue) throws -> String? {
    if value.isNull { return nil }
    guard let text = value.string, text.count <= 255 else { throw invalid(name, "\(value) is not a short string") }
    return text
  }

  private static func format(
    _ name: String, _ value: JSONValue, _ known: [String], _ image: Image
  ) throws -> String? {
    guard image.status == .queued else {
      throw APIError.forbidden("Attribute \(name) can be only replaced for a queued image.")
    }
    if value.isNull { return nil }
    guard let text = value.string, known.contains(text) else { throw invalid(name, "\(value) is not one of \(known)") }
    return text
  }

  private static func count(_ name: String, _ value: JSONValue) throws -> Int {
    guard let number = value.integer, (0...Int64(Int32.max)).contains(number) else {
      throw invalid(name, "\(value) is not a number of this kind")
    }
    return Int(number)
  }

  private static func flag(_ name: String, _ value: JSONValue) throws -> Bool {
    guard let flag = value.bool else { throw invalid(name, "\(value) is not of type 'boolean'") }
    return flag
  }

  private static func visibility(_ value: JSONValue, _ caller: AuthToken) throws -> ImageVisibility {
    guard let visibility = value.string.flatMap(ImageVisibility.init) else {
      throw invalid("visibility", "\(value) is not one of \(ImageVisibility.allCases.map(\.rawValue))")
    }
    // Glance's rule publicize_image.
    guard visibility != .public || caller.isAdmin else {
      throw APIError.forbidden("You are not authorized to complete publicize_image action.")
    }
    return visibility
  }

  private static func tags(_ value: JSONValue) throws -> Set<String> {
    guard let list = value.array, list.count <= 128 else { throw invalid("tags", "\(value) is not a list of tags") }
    return Set(
      try list.map { tag in
        guard let text = tag.string, (1...255).contains(text.count) else {
          throw invalid("tags", "\(tag) is not a tag")
        }
        return text
      })
  }
}
