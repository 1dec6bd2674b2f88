package import Model

/// What a compute host asks of the Image service.
package protocol ImageAPI: Sendable {
  func image(_ id: UUID) async throws -> ImageDescription

  /// Writes the image's data to a file that does not exist yet.
  func download(_ id: UUID, to path: String) async throws

  /// Gives a queued image its data, the whole of a file. Formats are set first if the image does not have them.
  ///
  /// - Throws: ``ImageError``; the image is queued again then, and can be tried once more or deleted.
  func upload(_ id: UUID, from path: String, diskFormat: String, containerFormat: String) async throws

  /// Sets properties of an image; others stay.
  func setProperties(_ properties: [String: String], of id: UUID) async throws

  /// Deletes an image. One that has gone is a success.
  func delete(_ id: UUID) async throws
}

/// An image as the Image service describes it.
package struct ImageDescription: Hashable, Sendable {
  package var id: UUID
  /// `active` when there is data.
  package var status: String
  /// Such as `raw`, `qcow2`, `ami`, `aki`, `ari`.
  package var diskFormat: String?
  /// In bytes.
  package var size: Int
  /// Glance's `os_hash_algo`, such as `sha512`.
  package var hashAlgorithm: String?
  /// Glance's `os_hash_value`, in hexadecimal digits.
  package var hashValueText: String?
  /// The MD5 sum in hexadecimal digits, which older images have alone.
  package var checksum: String?
  /// The images with the kernel and the ramdisk that it boots with, for an image that boots directly.
  package var kernelID: UUID?
  package var ramdiskID: UUID?

  package init(
    id: UUID, status: String, diskFormat: String?, size: Int, hashAlgorithm: String? = nil,
    hashValueText: String? = nil, checksum: String? = nil
  ) {
    (self.id, self.status, self.diskFormat, self.size) = (id, status, diskFormat, size)
    (self.hashAlgorithm, self.hashValueText, self.checksum) = (hashAlgorithm, hashValueText, checksum)
  }
}

/// Why an image cannot be used.
package struct ImageError: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String
  /// Whether another try may help.
  package let isTransient: Bool

  package init(_ description: String, isTransient: Bool = false) {
    (self.description, self.isTransient) = (description, isTransient)
  }
}
