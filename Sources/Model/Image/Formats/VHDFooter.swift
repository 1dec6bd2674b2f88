/// The footer of a VHD ("Virtual Hard Disk Image Format Specification" 1.0); a dynamic disk has a copy of it in front.
struct VHDFooter: Sendable {
  private static let (fixed, dynamic): (UInt32, UInt32) = (2, 3)

  let virtualSize: UInt64

  static func isAtEnd(of source: ImageSource) async throws -> Bool {
    guard source.size >= 512 else { return false }
    return try await source.header(at: source.size - 512, 512).has("conectix")
  }

  /// - Throws: ``ImageFormatError``.
  init(_ source: ImageSource) async throws {
    let start = try await source.prefix(at: 0, 512)
    let isInFront = start.has("conectix")
    guard isInFront || source.size >= 512 else { throw ImageFormatError.malformed("it is shorter than a footer") }
    let footer = isInFront ? start : try await source.header(at: source.size - 512, 512)
    virtualSize = try footer.big(at: 48)
    switch try footer.big(at: 60, as: UInt32.self) {
    case Self.fixed where !isInFront:
      guard virtualSize <= source.size - 512 else { throw ImageFormatError.malformed("it is shorter than it says") }
    case Self.dynamic where isInFront:
      try await Self.checkDynamic(source, try footer.big(at: 16), virtualSize)
    default: throw ImageFormatError.unsafe("it is no VHD that is whole in itself")
    }
  }

  private static func checkDynamic(_ source: ImageSource, _ offset: UInt64, _ size: UInt64) async throws {
    let header = try await source.header(at: offset, 1024)
    guard header.has("cxsparse") else { throw ImageFormatError.malformed("it has no header of a dynamic disk") }
    let table: UInt64 = try header.big(at: 16)
    let entries: UInt32 = try header.big(at: 28)
    let blockSize: UInt32 = try header.big(at: 32)
    guard blockSize >= 512, blockSize & (blockSize - 1) == 0, source.contains(table, UInt64(entries) * 4),
      UInt64(entries) * UInt64(blockSize) >= size
    else { throw ImageFormatError.malformed("its table does not fit a disk of \(size) bytes") }
    guard try header.slice(40, 16).allSatisfy({ $0 == 0 }) else { throw ImageFormatError.unsafe("it has a parent") }
  }
}
