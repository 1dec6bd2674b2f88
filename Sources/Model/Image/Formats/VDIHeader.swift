/// The header of a VirtualBox disk (QEMU's `block/vdi.c`).
struct VDIHeader: Sendable {
  static let magic: [UInt8] = [0x7F, 0x10, 0xDA, 0xBE]

  let virtualSize: UInt64

  /// - Throws: ``ImageFormatError``.
  init(_ source: ImageSource) async throws {
    let header = try await source.header(at: 0, 512)
    guard try header.little(at: 68, as: UInt32.self) == 0x0001_0001 else {
      throw ImageFormatError.unsafe("a VDI version that is not known")
    }
    // Dynamic or static; anything else is a difference to another file.
    guard try (1...2).contains(header.little(at: 76, as: UInt32.self)),
      try header.slice(424, 32).allSatisfy({ $0 == 0 })
    else { throw ImageFormatError.unsafe("it has a parent") }
    virtualSize = try header.little(at: 368)
    let blocks: UInt32 = try header.little(at: 384)
    let blockSize: UInt32 = try header.little(at: 376)
    let map: UInt32 = try header.little(at: 340)
    guard blockSize == 1 << 20, UInt64(blocks) << 20 >= virtualSize, source.contains(UInt64(map), UInt64(blocks) * 4)
    else { throw ImageFormatError.malformed("its map does not fit a disk of \(virtualSize) bytes") }
  }
}
