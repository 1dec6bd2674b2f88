package import Model

/// What an operator may set, under upstream's names.
package struct ImageOptions: Sendable {
  /// Longer data is refused, in bytes (`image_size_cap`).
  package var sizeLimit = 1 << 40
  /// What the images of a project may take together, in bytes; `nil` is no limit (`user_storage_quota`).
  package var storageQuota: Int?
  /// How many images a project may have; `nil` is no limit (`image_count_total`).
  package var countLimit: Int? = 1000
  /// How many images of a project may have data coming in at once (`image_count_uploading`).
  package var uploadingLimit = 16
  /// `image_property_quota`, `image_tag_quota` and `image_member_quota`: how many of them an image may have.
  package var (propertyLimit, tagLimit, memberLimit) = (128, 128, 128)
  /// `enabled_import_methods`: how images can be imported. Only `glance-direct` is known here.
  package var importMethods = ["glance-direct"]
  /// `[image_conversion] output_format`: imported disks are made this; `nil` leaves them as they are.
  package var conversionFormat: ImageFormat?

  package init() {}
}

/// Makes a disk of one format of a disk of another, in a program that cannot take more than it is given.
package protocol ImageConverter: Sendable {
  /// - Parameters:
  ///   - source: A file that has been inspected.
  ///   - sizeLimit: The longest file that may come out of it, in bytes.
  /// - Throws: ``ImageConversionError``
  func convert(
    _ source: String, _ format: ImageFormat, to destination: String, _ output: ImageFormat, sizeLimit: Int
  ) async throws
}

/// A disk could not be converted.
package struct ImageConversionError: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
