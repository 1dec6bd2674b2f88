import Crypto
import Migrations
import Model

/// One step of the schema: a file `NNNN_name.sql`.
package struct Migration: Hashable, Sendable {
  /// The number in the file's name; the first is 1.
  package let version: Int
  /// The file's name without number and ending.
  package let name: String
  package let sql: String
  /// The SHA-256 of the file's bytes in hexadecimal digits: how an edited file is found out.
  package let sha256: String

  /// - Returns: `nil` when the file's name is not `NNNN_name.sql` or it is not text in UTF-8.
  package init?(file: String, contents: [UInt8]) {
    guard file.hasSuffix(".sql"), let sql = String(validating: contents, as: UTF8.self) else { return nil }
    let parts = file.dropLast(4).split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 4, parts[0].utf8.allSatisfy(UInt8.isDigit), !parts[1].isEmpty,
      let version = Int(parts[0]), version > 0
    else { return nil }
    self.version = version
    name = String(parts[1])
    self.sql = sql
    let hash = SHA256.hash(data: contents)
    sha256 = hash.flatMap { byte in [UInt8(hexadecimalDigit: byte >> 4), UInt8(hexadecimalDigit: byte)] }.asText
  }

  /// The number as it is written in the file's name.
  package static func digits(_ version: Int) -> String {
    let digits = String(version)
    return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }

  /// The file's name.
  package var file: String { "\(Self.digits(version))_\(name).sql" }
}

extension Migration {
  /// The migrations that this program was built with, in order.
  package static let carried: [Migration] = {
    MigrationFiles.all.map { file, contents in
      guard let migration = Migration(file: file, contents: contents) else {
        preconditionFailure("\(file) in Migrations is not named NNNN_name.sql, or not UTF-8")
      }
      return migration
    }
  }()
}

extension UInt8 {
  fileprivate static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

extension [UInt8] {
  fileprivate var asText: String { String(decoding: self, as: UTF8.self) }
}
