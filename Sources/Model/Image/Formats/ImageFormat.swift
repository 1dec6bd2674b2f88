/// What the data of an image is, judged by the data alone.
package enum ImageFormat: String, CaseIterable, Sendable {
  case qcow2
  case qed
  case vmdk
  case vdi
  case vhd
  case vhdx
  case ploop
  case luks
  case iso
  /// A partition table of either kind, which is a raw disk like any other.
  case gpt
  case raw
}

/// Why an image's data is refused.
package enum ImageFormatError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The data is not what the image's `disk_format` says.
  case mismatch(declared: String, found: ImageFormat)
  /// The data would reach beyond itself, or cannot be judged.
  case unsafe(String)
  /// The data contradicts itself.
  case malformed(String)

  package var description: String {
    switch self {
    case .mismatch(let declared, let found): "The image's disk_format is \(declared), but its data is \(found.rawValue)"
    case .unsafe(let reason): "The image failed the safety checks: \(reason)"
    case .malformed(let reason): "The image's data is damaged: \(reason)"
    }
  }
}

extension ImageFormat {
  /// All formats whose signatures the data bears; empty for raw data.
  static func signatures(in source: ImageSource) async throws -> [ImageFormat] {
    let start = try await source.prefix(at: 0, 1024)
    var found: [ImageFormat] = []
    if start.has(QCOW2Header.magic) { found.append(.qcow2) }
    if start.has([0x51, 0x45, 0x44, 0]) { found.append(.qed) }
    if start.has("KDMV") || start.has("COWD") || start.has("# Disk DescriptorFile") { found.append(.vmdk) }
    if start.has(VDIHeader.magic, at: 64) { found.append(.vdi) }
    if start.has("conectix") { found.append(.vhd) }
    if start.has("vhdxfile") { found.append(.vhdx) }
    if start.has("WithoutFreeSpace") || start.has("WithouFreSpacExt") { found.append(.ploop) }
    if start.has([0x4C, 0x55, 0x4B, 0x53, 0xBA, 0xBE]) { found.append(.luks) }
    // ECMA-119: the first volume descriptor is in sector 16 of 2,048 bytes.
    if try await source.prefix(at: 16 * 2048, 6).has("CD001", at: 1) { found.append(.iso) }
    // A disk that is no file of another program has its boot sector's mark; a GPT has one for its protection.
    if found.isEmpty || found == [.iso], start.has([0x55, 0xAA], at: 510) { found.append(.gpt) }
    return found
  }
}
