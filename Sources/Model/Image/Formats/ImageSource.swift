/// An image's data as an inspection reads it: piece by piece, at any place, and never more than a header at once.
package struct ImageSource: Sendable {
  /// In bytes.
  package let size: UInt64
  private let read: @Sendable (_ offset: UInt64, _ count: Int) async throws -> [UInt8]

  /// - Parameter read: Gives the bytes from an offset on; fewer than `count` only if the data ends there.
  package init(size: UInt64, read: @escaping @Sendable (_ offset: UInt64, _ count: Int) async throws -> [UInt8]) {
    (self.size, self.read) = (size, read)
  }

  /// Whether so many bytes from an offset on are inside the data. Both numbers may be anything: they come from headers.
  func contains(_ offset: UInt64, _ count: UInt64) -> Bool {
    let (end, isOverflow) = offset.addingReportingOverflow(count)
    return !isOverflow && end <= size
  }

  /// - Throws: ``ImageFormatError`` if the data ends before.
  func header(at offset: UInt64, _ count: Int) async throws -> ImageHeader {
    guard contains(offset, UInt64(count)) else {
      throw ImageFormatError.malformed("its headers point behind the end of the data")
    }
    let bytes = try await read(offset, count)
    guard bytes.count == count else { throw ImageFormatError.malformed("the data ends early") }
    return ImageHeader(bytes: bytes)
  }

  /// Whether the data begins with these bytes.
  package func startsWith(_ bytes: [UInt8]) async throws -> Bool {
    try await prefix(at: 0, bytes.count).bytes == bytes
  }

  /// As ``header(at:_:)``, but with what there is if that is less.
  func prefix(at offset: UInt64, _ count: Int) async throws -> ImageHeader {
    guard offset < size else { return ImageHeader(bytes: []) }
    return try await header(at: offset, Int(min(UInt64(count), size - offset)))
  }
}

/// Some bytes of an image with the numbers in them. Nothing here trusts an offset.
struct ImageHeader: Sendable {
  let bytes: [UInt8]

  /// - Throws: ``ImageFormatError`` if the number is not inside.
  func big<Number: FixedWidthInteger & UnsignedInteger>(at offset: Int, as: Number.Type = Number.self) throws -> Number
  {
    try slice(offset, Number.bitWidth / 8).reduce(0) { $0 << 8 | Number($1) }
  }

  /// - Throws: ``ImageFormatError`` if the number is not inside.
  func little<Number: FixedWidthInteger & UnsignedInteger>(
    at offset: Int, as: Number.Type = Number.self
  ) throws -> Number {
    try slice(offset, Number.bitWidth / 8).reversed().reduce(0) { $0 << 8 | Number($1) }
  }

  func slice(_ offset: Int, _ count: Int) throws -> ArraySlice<UInt8> {
    guard offset >= 0, count >= 0, count <= bytes.count, offset <= bytes.count - count else {
      throw ImageFormatError.malformed("a header ends early")
    }
    return bytes[offset..<offset + count]
  }

  func has(_ text: StaticString, at offset: Int = 0) -> Bool {
    has(Array(text.description.utf8), at: offset)
  }

  func has(_ wanted: [UInt8], at offset: Int = 0) -> Bool {
    bytes.count >= offset + wanted.count && bytes[offset..<offset + wanted.count].elementsEqual(wanted)
  }
}
