import ImageService
import Model
import OsloConfig

extension ServerConfiguration {
  /// Reads `[DEFAULT] image_size_cap`, `user_storage_quota`, `image_property_quota`, `image_tag_quota`,
  /// `image_member_quota`, `enabled_import_methods`, `[plugboard] image_count_total`, `image_count_uploading` and
  /// `[image_conversion] output_format`. As upstream has it, -1 is no limit for the quotas of one image, and 0 none for
  /// the storage.
  static func images(_ options: OsloOptions) throws -> ImageOptions {
    var images = ImageOptions()
    if let size = try options.integer("image_size_cap", in: 1...Int.max) { images.sizeLimit = size }
    images.storageQuota = try storageQuota(options)
    if let count = try options.integer("plugboard.image_count_total", in: -1...Int.max) {
      images.countLimit = count < 0 ? nil : count
    }
    if let count = try options.integer("plugboard.image_count_uploading", in: 1...10_000) {
      images.uploadingLimit = count
    }
    images.propertyLimit = try limit("image_property_quota", options) ?? images.propertyLimit
    images.tagLimit = try limit("image_tag_quota", options) ?? images.tagLimit
    images.memberLimit = try limit("image_member_quota", options) ?? images.memberLimit
    if let methods = try options.list("enabled_import_methods") {
      images.importMethods = methods.map { $0.filter { !"[]'\" ".contains($0) } }.filter { $0 == "glance-direct" }
    }
    images.conversionFormat = try conversionFormat(options)
    return images
  }

  private static func limit(_ name: OptionName, _ options: OsloOptions) throws -> Int? {
    try options.integer(name, in: -1...Int.max).map { $0 < 0 ? Int.max : $0 }
  }

  /// A number of bytes, or one with upstream's units: `B`, `KB`, `MB`, `GB` and `TB`, powers of 1024 all.
  private static func storageQuota(_ options: OsloOptions) throws -> Int? {
    guard let text = options.string("user_storage_quota") else { return nil }
    let digits = text.prefix { $0.isNumber }
    let shift = ["": 0, "B": 0, "KB": 10, "MB": 20, "GB": 30, "TB": 40][text.dropFirst(digits.count)]
    guard let number = Int(digits), let shift, number <= Int.max >> shift else {
      throw options.invalid("user_storage_quota", "'\(text)' is no size such as 500GB")
    }
    return number == 0 ? nil : number << shift
  }

  private static func conversionFormat(_ options: OsloOptions) throws -> ImageFormat? {
    guard let text = options.string("image_conversion.output_format") else { return nil }
    guard let format = ImageFormat(rawValue: text), [.qcow2, .raw].contains(format) else {
      throw options.invalid("image_conversion.output_format", "'\(text)' is neither qcow2 nor raw")
    }
    return format
  }
}
