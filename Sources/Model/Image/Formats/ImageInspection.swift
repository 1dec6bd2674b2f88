/// What an inspection has found: the data can be given to QEMU under this name, and reaches nothing but itself.
package struct ImageInspection: Hashable, Sendable {
  package var format: ImageFormat
  /// What a guest sees, in bytes; `nil` if the format does not tell.
  package var virtualSize: UInt64?

  /// No disk is larger, in bytes: 64 TiB, beyond which the tables of an overlay alone would take tens of megabytes.
  static let largestDisk: UInt64 = 1 << 46

  /// Formats that QEMU would follow to other files, or read another size from, if it were to guess.
  private static let interpreted: Set<ImageFormat> = [.qcow2, .qed, .vmdk, .vdi, .vhd, .vhdx, .ploop]

  /// Looks at an image's data before any other program does.
  ///
  /// - Parameter declared: The image's `disk_format`; `nil` is raw.
  /// - Throws: ``ImageFormatError``, and what reading throws.
  package init(of source: ImageSource, declared: String?) async throws {
    let declared = declared ?? "raw"
    var found = try await ImageFormat.signatures(in: source)
    // A disc that also boots as a disk begins with a partition table.
    if found == [.iso, .gpt] { found = [.iso] }
    guard found.count < 2 else {
      let names = found.map(\.rawValue).joined(separator: " and ")
      throw ImageFormatError.unsafe("its data is \(names) at once")
    }
    var format = found.first ?? .raw
    if declared == "vhd", format == .raw || format == .gpt, try await VHDFooter.isAtEnd(of: source) { format = .vhd }
    try Self.compare(declared, format)
    self.format = format
    virtualSize = try await Self.checkedSize(of: source, format)
  }

  private static func compare(_ declared: String, _ found: ImageFormat) throws(ImageFormatError) {
    switch declared {
    case "raw", "ami", "aki", "ari":
      guard !interpreted.contains(found) else { throw .mismatch(declared: declared, found: found) }
    default:
      guard found.rawValue == declared else { throw .mismatch(declared: declared, found: found) }
    }
  }

  private static func checkedSize(of source: ImageSource, _ format: ImageFormat) async throws -> UInt64? {
    let size: UInt64? =
      switch format {
      case .qcow2: try await QCOW2Header(source).virtualSize
      case .vmdk: try await VMDKHeader(source).virtualSize
      case .vdi: try await VDIHeader(source).virtualSize
      case .vhd: try await VHDFooter(source).virtualSize
      case .vhdx: try await VHDXHeader(source).virtualSize
      case .raw, .gpt, .iso, .luks: source.size
      case .ploop, .qed: nil
      }
    if let size, size > largestDisk { throw ImageFormatError.unsafe("it claims to be a disk of \(size) bytes") }
    return size
  }
}
