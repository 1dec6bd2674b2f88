package import Model

/// What a compute host asks of the Image service.
package protocol ImageAPI: Sendable {
  func image(_ id: UUID) async throws -> ImageDescription

  /// Writes the image's data to a file that does not exist yet.
  func download(_ id: UUID, to path: String) async throws
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
