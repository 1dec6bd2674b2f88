/// The header of a qcow2 file (QEMU's `docs/interop/qcow2.txt`), versions 2 and 3.
struct QCOW2Header: Sendable {
  static let magic: [UInt8] = [0x51, 0x46, 0x49, 0xFB]

  /// Bits of `incompatible_features` that are harmless: dirty, corrupt, compression type, extended level 2.
  private static let harmless: UInt64 = 0b11011
  private static let externalDataFile: UInt64 = 0b100
  /// Header extensions: the end, and the name of an external data file.
  private static let (end, dataFileName): (UInt32, UInt32) = (0, 0x4441_5441)
  /// QEMU refuses larger tables, in bytes.
  private static let largestTable: UInt64 = 32 << 20

  let virtualSize: UInt64

  /// - Throws: ``ImageFormatError`` for whatever points outside of the file, or contradicts itself.
  init(_ source: ImageSource) async throws {
    let header = try await source.header(at: 0, 72)
    let version: UInt32 = try header.big(at: 4)
    guard version == 2 || version == 3 else { throw ImageFormatError.unsafe("qcow2 has no version \(version)") }
    virtualSize = try header.big(at: 24)
    try Self.checkReferences(header)
    let clusterBits: UInt32 = try header.big(at: 20)
    guard (9...21).contains(clusterBits) else { throw ImageFormatError.malformed("clusters of 2^\(clusterBits) bytes") }
    let clusterSize = UInt64(1) << UInt64(clusterBits)
    let isExtended = try await Self.checkExtensions(source, version, clusterSize)
    try await Self.checkTables(source, header, clusterSize, virtualSize, entrySize: isExtended ? 16 : 8)
  }

  private static func checkReferences(_ header: ImageHeader) throws {
    guard try header.big(at: 8, as: UInt64.self) == 0, try header.big(at: 16, as: UInt32.self) == 0 else {
      throw ImageFormatError.unsafe("it has a backing file")
    }
    guard try header.big(at: 32, as: UInt32.self) == 0 else { throw ImageFormatError.unsafe("it is encrypted") }
  }

  /// - Returns: Whether entries of tables of level 2 have twice the length.
  private static func checkExtensions(_ source: ImageSource, _ version: UInt32, _ clusterSize: UInt64) async throws
    -> Bool
  {
    guard version == 3 else { return false }
    let more = try await source.header(at: 72, 32)
    let features: UInt64 = try more.big(at: 0)
    guard features & externalDataFile == 0 else { throw ImageFormatError.unsafe("it has an external data file") }
    guard features & ~(harmless | externalDataFile) == 0 else {
      throw ImageFormatError.unsafe("it has features that are not known")
    }
    let length: UInt32 = try more.big(at: 28)
    guard length >= 104, length % 8 == 0, UInt64(length) <= clusterSize else {
      throw ImageFormatError.malformed("a header of \(length) bytes")
    }
    let area = try await source.prefix(at: UInt64(length), Int(min(clusterSize, 1 << 16)) - Int(min(length, 1 << 16)))
    try checkExtensions(area)
    return features & 0b10000 != 0
  }

  private static func checkExtensions(_ area: ImageHeader) throws {
    var offset = 0
    while offset + 8 <= area.bytes.count {
      let (type, length): (UInt32, UInt32) = (try area.big(at: offset), try area.big(at: offset + 4))
      if type == end { return }
      if type == dataFileName { throw ImageFormatError.unsafe("it names an external data file") }
      guard Int(length) <= area.bytes.count - offset - 8 else {
        throw ImageFormatError.malformed("a header extension is longer than the header")
      }
      offset += 8 + (Int(length) + 7) / 8 * 8
    }
  }

  private static func checkTables(
    _ source: ImageSource, _ header: ImageHeader, _ clusterSize: UInt64, _ virtualSize: UInt64, entrySize: UInt64
  ) async throws {
    let entries: UInt32 = try header.big(at: 36)
    let levelOne: UInt64 = try header.big(at: 40)
    let needed = virtualSize / (clusterSize * (clusterSize / entrySize))
    guard UInt64(entries) >= needed, UInt64(entries) * 8 <= largestTable else {
      throw ImageFormatError.malformed("its tables do not fit a disk of \(virtualSize) bytes")
    }
    let counts: UInt64 = try header.big(at: 48)
    let countsLength = UInt64(try header.big(at: 56, as: UInt32.self)) * clusterSize
    guard levelOne % clusterSize == 0, source.contains(levelOne, UInt64(entries) * 8), counts % clusterSize == 0,
      counts > 0, countsLength <= largestTable, source.contains(counts, 1)
    else { throw ImageFormatError.malformed("its tables are not inside the file") }
    let snapshots: UInt32 = try header.big(at: 60)
    guard try snapshots == 0 || source.contains(header.big(at: 64), UInt64(snapshots)) else {
      throw ImageFormatError.malformed("its snapshots are not inside the file")
    }
    try await checkLevelOne(source, levelOne, Int(entries), clusterSize)
  }

  /// Every table of level 2 begins inside the file: what was cut off is seen here and not by a guest.
  private static func checkLevelOne(
    _ source: ImageSource, _ start: UInt64, _ entries: Int, _ clusterSize: UInt64
  ) async throws {
    var done = 0
    while done < entries {
      let count = min(entries - done, 8192)
      let part = try await source.header(at: start + UInt64(done) * 8, count * 8)
      for index in 0..<count {
        let offset = try part.big(at: index * 8, as: UInt64.self) & 0x00FF_FFFF_FFFF_FE00
        guard offset == 0 || (offset % clusterSize == 0 && source.contains(offset, 1)) else {
          throw ImageFormatError.malformed("a table is not inside the file")
        }
      }
      done += count
    }
  }
}
