/// The bytes of an empty qcow2 file that shows another image until it is written to.
///
/// It is a header, a reference count table with one block, and an empty table of level 1 (QEMU's
/// `docs/interop/qcow2.txt`, version 3). Writing these bytes takes microseconds, where starting `qemu-img` takes tens
/// of milliseconds of a boot.
package struct QCOW2Overlay: Hashable, Sendable {
  /// The image below, an absolute path.
  package var backingFile: String
  package var backingFormat: GuestConfiguration.Disk.Format
  /// What the guest sees, in bytes, rounded up to 512.
  package var virtualSize: UInt64

  package init(backingFile: String, backingFormat: GuestConfiguration.Disk.Format, virtualSize: UInt64) {
    (self.backingFile, self.backingFormat) = (backingFile, backingFormat)
    self.virtualSize = (virtualSize + 511) / 512 * 512
  }

  /// 64 TiB, in bytes: beyond it the tables would take tens of megabytes.
  package static let largestSize: UInt64 = 1 << 46

  private static let clusterBits: UInt32 = 16
  private static let clusterSize = 1 << 16
  private static let headerLength: UInt32 = 104

  package var bytes: [UInt8] {
    // One table of level 2 fills a cluster with 8-byte entries, each for a cluster.
    let bytesPerEntry = UInt64(Self.clusterSize) * UInt64(Self.clusterSize / 8)
    let entries = (virtualSize + bytesPerEntry - 1) / bytesPerEntry
    let tableClusters = max(1, (Int(entries) * 8 + Self.clusterSize - 1) / Self.clusterSize)
    var bytes = padded(header(levelOneEntries: UInt32(entries)))
    bytes += padded(Self.bigEndian(UInt64(2 * Self.clusterSize)))
    // Each cluster of the file is used once: header, table of blocks, block, level 1.
    bytes += padded((0..<3 + tableClusters).flatMap { _ in Self.bigEndian(UInt16(1)) })
    return bytes + Array(repeating: 0, count: tableClusters * Self.clusterSize)
  }

  private func header(levelOneEntries: UInt32) -> [UInt8] {
    let format = Array(backingFormat.rawValue.utf8)
    let padding = Array(repeating: UInt8(0), count: (8 - format.count % 8) % 8)
    let extensions =
      Self.bigEndian(UInt32(0xE279_2ACA)) + Self.bigEndian(UInt32(format.count)) + format + padding
      + Self.bigEndian(UInt64(0))
    let name = Array(backingFile.utf8)
    var header = Array("QFI".utf8) + [0xFB] + Self.bigEndian(UInt32(3))
    header += Self.bigEndian(UInt64(Int(Self.headerLength) + extensions.count)) + Self.bigEndian(UInt32(name.count))
    header += Self.bigEndian(Self.clusterBits) + Self.bigEndian(virtualSize)
    header += Self.bigEndian(UInt32(0))  // no encryption
    header += Self.bigEndian(levelOneEntries) + Self.bigEndian(UInt64(3 * Self.clusterSize))
    header += Self.bigEndian(UInt64(Self.clusterSize)) + Self.bigEndian(UInt32(1))
    header += Self.bigEndian(UInt32(0)) + Self.bigEndian(UInt64(0))  // no snapshots
    header += Array(repeating: 0, count: 24)  // no feature bits
    header += Self.bigEndian(UInt32(4)) + Self.bigEndian(Self.headerLength)  // counts of 16 bits
    return header + extensions + name
  }

  private func padded(_ bytes: [UInt8]) -> [UInt8] {
    precondition(bytes.count <= Self.clusterSize, "the header and a path fit a cluster")
    return bytes + Array(repeating: 0, count: Self.clusterSize - bytes.count)
  }

  private static func bigEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    (0..<Number.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: number >> Number($0 * 8)) }
  }
}
