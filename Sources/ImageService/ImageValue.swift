import JSON
import Model
import OpenStackHTTP

/// The values that attributes of images can have.
enum ImageValue {
  static func invalid(_ name: String, _ reason: String) -> APIError {
    APIError.badRequest("Provided object does not match schema 'image': \(reason). Failed validating '\(name)'")
  }

  static func optionalText(_ name: String, _ value: JSONValue) throws -> String? {
    if value.isNull { return nil }
    guard let text = value.string, text.count <= 255 else { throw invalid(name, "it is not a short string") }
    return text
  }

  /// A format is known before the data comes, and stays as it was judged.
  static func format(_ name: String, _ value: JSONValue, _ known: [String], _ image: Image) throws -> String? {
    guard value.isNull || value.string.map(known.contains) == true else {
      throw invalid(name, "it is not one of \(known)")
    }
    guard image.status == .queued || value.string == current(name, image) else {
      throw APIError.forbidden("Attribute \(name) can be only replaced for a queued image.")
    }
    return value.string
  }

  private static func current(_ name: String, _ image: Image) -> String? {
    name == "disk_format" ? image.diskFormat : image.containerFormat
  }

  static func count(_ name: String, _ value: JSONValue) throws -> Int {
    guard let number = value.integer, (0...Int64(Int32.max)).contains(number) else {
      throw invalid(name, "\(value) is not a number of this kind")
    }
    return Int(number)
  }

  static func flag(_ name: String, _ value: JSONValue) throws -> Bool {
    guard let flag = value.bool else { throw invalid(name, "it is not of type 'boolean'") }
    return flag
  }

  static func visibility(_ value: JSONValue, _ caller: AuthToken) throws -> ImageVisibility {
    guard let visibility = value.string.flatMap(ImageVisibility.init) else {
      throw invalid("visibility", "it is not one of \(ImageVisibility.allCases.map(\.rawValue))")
    }
    // Glance's rule publicize_image.
    guard visibility != .public || caller.isAdmin else {
      throw APIError.forbidden("You are not authorized to complete publicize_image action.")
    }
    return visibility
  }

  static func tags(_ value: JSONValue) throws -> Set<String> {
    guard let list = value.array else { throw invalid("tags", "it is not a list of tags") }
    return Set(
      try list.map { tag in
        guard let text = tag.string, (1...255).contains(text.count) else { throw invalid("tags", "one is not a tag") }
        return text
      })
  }

  static func owner(_ value: JSONValue, _ image: Image, _ caller: AuthToken) throws -> String {
    guard let owner = try optionalText("owner", value), !owner.isEmpty else {
      throw invalid("owner", "an image has an owner")
    }
    guard caller.isAdmin || owner == image.owner else {
      throw APIError.forbidden("You are not permitted to create images owned by '\(owner)', or to give them away.")
    }
    return owner
  }

  /// - Returns: `nil` for a kernel or ramdisk that is null, which says the same as leaving it out.
  static func property(_ name: String, _ value: JSONValue) throws -> String? {
    guard (1...255).contains(name.count) else { throw invalid("name", "a property's name has 1 to 255 characters") }
    let isImage = ["kernel_id", "ramdisk_id"].contains(name)
    if value.isNull, isImage { return nil }
    guard let text = value.string, text.utf8.count <= 65_535 else { throw invalid(name, "it is not a string") }
    guard !isImage || UUID(text) != nil else { throw invalid(name, "it is not the id of an image") }
    return text
  }
}
