/// The header and the descriptor of a VMDK file that is whole in itself (VMware's "Virtual Disk Format 5.0").
///
/// A descriptor may name any file as an extent, so only the two kinds are let in that have their one extent in the same
/// file, as Glance's `vmdk_allowed_types` has it.
struct VMDKHeader: Sendable {
  private static let allowedTypes: Set<String> = ["monolithicSparse", "streamOptimized"]
  /// Longer descriptors are refused, in sectors: real ones have a few hundred bytes in 20.
  private static let longestDescriptor: UInt64 = 2048
  /// In place of an offset: the directory of grains follows at the end.
  private static let atEnd: UInt64 = .max

  let virtualSize: UInt64

  /// - Throws: ``ImageFormatError``.
  init(_ source: ImageSource) async throws {
    let header = try await source.prefix(at: 0, 512)
    guard header.has("KDMV") else { throw ImageFormatError.unsafe("a VMDK descriptor without its data names files") }
    guard try (1...3).contains(header.little(at: 4, as: UInt32.self)) else {
      throw ImageFormatError.unsafe("a VMDK version that is not known")
    }
    let sectors: UInt64 = try header.little(at: 12)
    let (size, isOverflow) = sectors.multipliedReportingOverflow(by: 512)
    guard sectors > 0, !isOverflow else { throw ImageFormatError.malformed("a VMDK of \(sectors) sectors") }
    virtualSize = size
    let grain: UInt64 = try header.little(at: 20)
    guard (8...(1 << 16)).contains(grain), grain & (grain - 1) == 0, try header.little(at: 44, as: UInt32.self) > 0
    else { throw ImageFormatError.malformed("grains of \(grain) sectors") }
    let directory: UInt64 = try header.little(at: 56)
    guard directory == Self.atEnd || source.contains(Self.bytes(directory), 4) else {
      throw ImageFormatError.malformed("its directory is not inside the file")
    }
    let (offset, length): (UInt64, UInt64) = (try header.little(at: 28), try header.little(at: 36))
    guard offset > 0, (1...Self.longestDescriptor).contains(length) else {
      throw ImageFormatError.unsafe("a VMDK without a descriptor of its own")
    }
    let descriptor = try await source.header(at: Self.bytes(offset), Int(length) * 512)
    try Self.check(descriptor, sectors)
  }

  private static func bytes(_ sectors: UInt64) -> UInt64 {
    let (bytes, isOverflow) = sectors.multipliedReportingOverflow(by: 512)
    return isOverflow ? .max : bytes
  }

  private static func check(_ descriptor: ImageHeader, _ sectors: UInt64) throws {
    let text = String(decoding: descriptor.bytes.prefix { $0 != 0 }, as: UTF8.self)
    let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingSpaces }
    guard let type = value(of: "createType", in: lines), allowedTypes.contains(type) else {
      throw ImageFormatError.unsafe("a VMDK of a type that may consist of several files")
    }
    let parent = value(of: "parentCID", in: lines)?.lowercased()
    guard parent == nil || parent == "ffffffff", value(of: "parentFileNameHint", in: lines) == nil else {
      throw ImageFormatError.unsafe("it has a parent")
    }
    let extents = lines.filter { line in ["RW ", "RDONLY ", "NOACCESS "].contains { line.hasPrefix($0) } }
    guard extents.count == 1 else { throw ImageFormatError.unsafe("it has \(extents.count) extents") }
    try check(extent: extents[0], sectors)
  }

  /// Such as `RW 2048 SPARSE "disk.vmdk"`.
  private static func check(extent: String, _ sectors: UInt64) throws {
    let words = extent.split(separator: " ", maxSplits: 3)
    guard words.count == 4, words[2] == "SPARSE", UInt64(words[1]) == sectors else {
      throw ImageFormatError.unsafe("its extent is not the file itself")
    }
    guard !words[3].contains("/"), !words[3].contains("\\") else {
      throw ImageFormatError.unsafe("its extent is another file")
    }
  }

  private static func value(of name: String, in lines: [String]) -> String? {
    for line in lines {
      let halves = line.split(separator: "=", maxSplits: 1).map { String($0).trimmingSpaces }
      guard halves.count == 2, halves[0].lowercased() == name.lowercased() else { continue }
      return halves[1].hasPrefix("\"") ? String(halves[1].dropFirst().prefix { $0 != "\"" }) : halves[1]
    }
    return nil
  }
}

extension StringProtocol {
  fileprivate var trimmingSpaces: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
