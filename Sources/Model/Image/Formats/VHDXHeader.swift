/// The metadata of a VHDX ([MS-VHDX]): its size, and whether it has a parent.
struct VHDXHeader: Sendable {
  /// GUIDs as they lie in the file.
  private static let metadataRegion: [UInt8] = [
    0x06, 0xA2, 0x7C, 0x8B, 0x90, 0x47, 0x9A, 0x4B, 0xB8, 0xFE, 0x57, 0x5F, 0x05, 0x0F, 0x88, 0x6E,
  ]
  private static let virtualDiskSize: [UInt8] = [
    0x24, 0x42, 0xA5, 0x2F, 0x1B, 0xCD, 0x76, 0x48, 0xB2, 0x11, 0x5D, 0xBE, 0xD8, 0x3B, 0xF4, 0xB8,
  ]
  private static let fileParameters: [UInt8] = [
    0x37, 0x67, 0xA1, 0xCA, 0x36, 0xFA, 0x43, 0x4D, 0xB3, 0xB6, 0x33, 0xF0, 0xAA, 0x44, 0xE7, 0x6B,
  ]
  private static let hasParent: UInt32 = 0b10

  let virtualSize: UInt64

  /// - Throws: ``ImageFormatError``.
  init(_ source: ImageSource) async throws {
    let regions = try await source.header(at: 192 << 10, 64 << 10)
    guard regions.has("regi") else { throw ImageFormatError.malformed("it has no table of regions") }
    let count: UInt32 = try regions.little(at: 8)
    guard let region = try Self.entry(Self.metadataRegion, in: regions, from: 16, Int(min(count, 2047))) else {
      throw ImageFormatError.malformed("it has no metadata")
    }
    let start: UInt64 = try regions.little(at: region + 16)
    let metadata = try await source.header(at: start, 64 << 10)
    guard metadata.has("metadata") else { throw ImageFormatError.malformed("it has no metadata") }
    let parameters = try await Self.item(Self.fileParameters, metadata, start, source)
    guard try parameters.little(at: 4, as: UInt32.self) & Self.hasParent == 0 else {
      throw ImageFormatError.unsafe("it has a parent")
    }
    virtualSize = try await Self.item(Self.virtualDiskSize, metadata, start, source).little(at: 0)
  }

  /// Where the entry of 32 bytes with this GUID is.
  private static func entry(_ id: [UInt8], in header: ImageHeader, from start: Int, _ count: Int) throws -> Int? {
    for index in 0..<count where header.has(id, at: start + index * 32) { return start + index * 32 }
    return nil
  }

  /// The first eight bytes of an item.
  private static func item(
    _ id: [UInt8], _ metadata: ImageHeader, _ start: UInt64, _ source: ImageSource
  ) async throws -> ImageHeader {
    let count: UInt16 = try metadata.little(at: 10)
    guard let entry = try entry(id, in: metadata, from: 32, Int(min(count, 2047))) else {
      throw ImageFormatError.malformed("its metadata is not whole")
    }
    let distance: UInt32 = try metadata.little(at: entry + 16)
    let (offset, isOverflow) = start.addingReportingOverflow(UInt64(distance))
    guard !isOverflow else { throw ImageFormatError.malformed("its metadata is not inside the file") }
    return try await source.header(at: offset, 8)
  }
}
