/// The fields of a qcow2 file's header that matter before QEMU is let near it (QEMU's `docs/interop/qcow2.txt`).
package struct QCOW2Header: Hashable, Sendable {
  /// What the file shows its guest, in bytes.
  package let virtualSize: UInt64
  /// Whether it says that part of its data is in another file, which QEMU would open.
  package let namesOtherFiles: Bool

  /// How many bytes of a file tell.
  package static let length = 80

  /// `nil` if the bytes are not the beginning of a qcow2 file.
  package init?(_ header: some Collection<UInt8>) {
    let bytes = Array(header.prefix(Self.length))
    guard bytes.count >= 72, bytes.starts(with: Array("QFI".utf8) + [0xFB]) else { return nil }
    func number(at offset: Int, _ count: Int) -> UInt64 {
      bytes.dropFirst(offset).prefix(count).reduce(0) { $0 << 8 | UInt64($1) }
    }
    virtualSize = number(at: 24, 8)
    // Only version 3 has features; bit 2 of those that must be known is the external data file.
    let incompatible = number(at: 4, 4) >= 3 ? number(at: 72, 8) : 0
    namesOtherFiles = number(at: 8, 8) != 0 || incompatible & 4 != 0
  }
}
