import Model

/// Images in memory, each with what makes it harmless or dangerous.
enum HostileImages {
  /// A qcow2 of version 3 with empty tables: 1 MiB for a guest, four clusters of 64 KiB.
  static var qcow2: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4 << 16)
    bytes.put([0x51, 0x46, 0x49, 0xFB], at: 0)
    bytes.put(big: UInt32(3), at: 4)
    bytes.put(big: UInt32(16), at: 20)
    bytes.put(big: UInt64(1 << 20), at: 24)
    bytes.put(big: UInt32(1), at: 36)
    bytes.put(big: UInt64(3 << 16), at: 40)
    bytes.put(big: UInt64(1 << 16), at: 48)
    bytes.put(big: UInt32(1), at: 56)
    bytes.put(big: UInt32(4), at: 96)
    bytes.put(big: UInt32(104), at: 100)
    return bytes
  }

  static let descriptor = """
    # Disk DescriptorFile
    version=1
    CID=fffffffe
    parentCID=ffffffff
    createType="monolithicSparse"
    RW 2048 SPARSE "disk.vmdk"
    ddb.adapterType = "ide"
    """

  /// A VMDK with its descriptor in sector 1 and its directory in sector 21.
  static func vmdk(_ descriptor: String = descriptor) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    bytes.put(Array("KDMV".utf8), at: 0)
    bytes.put(little: UInt32(1), at: 4)
    bytes.put(little: UInt64(2048), at: 12)
    bytes.put(little: UInt64(128), at: 20)
    bytes.put(little: UInt64(1), at: 28)
    bytes.put(little: UInt64(20), at: 36)
    bytes.put(little: UInt32(512), at: 44)
    bytes.put(little: UInt64(21), at: 56)
    bytes.put(Array(descriptor.utf8), at: 512)
    return bytes
  }

  static var vdi: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    bytes.put([0x7F, 0x10, 0xDA, 0xBE], at: 64)
    bytes.put(little: UInt32(0x0001_0001), at: 68)
    bytes.put(little: UInt32(1), at: 76)
    bytes.put(little: UInt32(512), at: 340)
    bytes.put(little: UInt64(4 << 20), at: 368)
    bytes.put(little: UInt32(1 << 20), at: 376)
    bytes.put(little: UInt32(4), at: 384)
    return bytes
  }

  /// A dynamic VHD: the footer's copy, the header of a dynamic disk, and its table.
  static var vhd: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    bytes.put(Array("conectix".utf8), at: 0)
    bytes.put(big: UInt64(512), at: 16)
    bytes.put(big: UInt64(4 << 20), at: 48)
    bytes.put(big: UInt32(3), at: 60)
    bytes.put(Array("cxsparse".utf8), at: 512)
    bytes.put(big: UInt64(1536), at: 512 + 16)
    bytes.put(big: UInt32(2), at: 512 + 28)
    bytes.put(big: UInt32(2 << 20), at: 512 + 32)
    return bytes
  }

  static var vhdx: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 512 << 10)
    bytes.put(Array("vhdxfile".utf8), at: 0)
    let (regions, metadata) = (192 << 10, 320 << 10)
    bytes.put(Array("regi".utf8), at: regions)
    bytes.put(little: UInt32(1), at: regions + 8)
    bytes.put(
      [0x06, 0xA2, 0x7C, 0x8B, 0x90, 0x47, 0x9A, 0x4B, 0xB8, 0xFE, 0x57, 0x5F, 0x05, 0x0F, 0x88, 0x6E],
      at: regions + 16)
    bytes.put(little: UInt64(metadata), at: regions + 32)
    bytes.put(Array("metadata".utf8), at: metadata)
    bytes.put(little: UInt16(2), at: metadata + 10)
    bytes.put(
      [0x37, 0x67, 0xA1, 0xCA, 0x36, 0xFA, 0x43, 0x4D, 0xB3, 0xB6, 0x33, 0xF0, 0xAA, 0x44, 0xE7, 0x6B],
      at: metadata + 32)
    bytes.put(little: UInt32(64 << 10), at: metadata + 48)
    bytes.put(
      [0x24, 0x42, 0xA5, 0x2F, 0x1B, 0xCD, 0x76, 0x48, 0xB2, 0x11, 0x5D, 0xBE, 0xD8, 0x3B, 0xF4, 0xB8],
      at: metadata + 64)
    bytes.put(little: UInt32((64 << 10) + 8), at: metadata + 80)
    bytes.put(little: UInt64(8 << 20), at: metadata + (64 << 10) + 8)
    return bytes
  }

  static var iso: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 40 << 10)
    bytes.put(Array("CD001".utf8), at: 32_769)
    return bytes
  }

  /// A disk with a boot sector.
  static var gpt: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 40 << 10)
    bytes.put([0x55, 0xAA], at: 510)
    bytes.put(Array("EFI PART".utf8), at: 512)
    return bytes
  }
}

extension [UInt8] {
  mutating func put(_ bytes: [UInt8], at offset: Int) {
    replaceSubrange(offset..<offset + bytes.count, with: bytes)
  }

  mutating func put<Number: FixedWidthInteger>(big number: Number, at offset: Int) {
    put((0..<Number.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: number >> Number($0 * 8)) }, at: offset)
  }

  mutating func put<Number: FixedWidthInteger>(little number: Number, at offset: Int) {
    put((0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> Number($0 * 8)) }, at: offset)
  }

  /// With some bytes changed.
  func with(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
    var bytes = self
    change(&bytes)
    return bytes
  }

  func inspected(as format: String?) async throws -> ImageInspection {
    try await ImageInspection(
      of: ImageSource(size: UInt64(count)) { offset, count in
        Array(self[Int(offset)..<Swift.min(self.count, Int(offset) + count)])
      }, declared: format)
  }
}
