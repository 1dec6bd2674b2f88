/// The fields behind a record that give a file its true name and its rights (IEEE P1282, version 1.10).
enum RockRidge {
  /// Of the root folder's record of itself: besides, that there are such fields, and whose they are. Linux looks for the
  /// latter.
  static let root: [UInt8] =
    Array("SP".utf8) + [7, 1, 0xBE, 0xEF, 0] + folder(nil)
    + Array("ER".utf8) + [18, 1, 10, 0, 0, 1] + Array("RRIP_1991A".utf8)

  /// - Parameter name: `nil` for a folder's records of itself and of the one above.
  static func folder(_ name: String?) -> [UInt8] { rights(0o040555, links: 2) + self.name(name) }

  static func file(_ name: String) -> [UInt8] { rights(0o100444, links: 1) + self.name(name) }

  private static func rights(_ mode: Int, links: Int) -> [UInt8] {
    var bytes = ISOBytes()
    bytes.append(Array("PX".utf8) + [36, 1])
    for number in [mode, links, 0, 0] { bytes.both32(number) }
    return bytes.bytes
  }

  private static func name(_ name: String?) -> [UInt8] {
    guard let name else { return [] }
    return Array("NM".utf8) + [UInt8(5 + name.utf8.count), 1, 0] + Array(name.utf8)
  }
}
