import HTTPTypes
import OpenStackHTTP

/// The part of an image's data that a `Range` header asks for (RFC 9110, 14.2), as Glance takes it: one range.
enum ByteRange {
  /// - Parameter size: the data's length in bytes.
  /// - Returns: `nil` if everything is asked for.
  /// - Throws: `APIError` 400 for several ranges, 416 for one that is not in the data.
  static func parse(_ header: String?, size: Int) throws(APIError) -> Range<Int>? {
    guard let header else { return nil }
    guard !header.contains(",") else {
      throw .badRequest("Several ranges in one request are not supported; make a request for each.")
    }
    guard header.hasPrefix("bytes="), let range = parse(header.dropFirst(6), size: size) else {
      throw APIError(
        .rangeNotSatisfiable, "The Range header asks for nothing that is in the data.",
        headers: [.contentRange: "bytes */\(size)"])
    }
    return range
  }

  private static func parse(_ text: Substring, size: Int) -> Range<Int>? {
    let halves = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard halves.count == 2, size > 0 else { return nil }
    if halves[0].isEmpty {
      guard let count = number(halves[1]), count > 0 else { return nil }
      return max(0, size - count)..<size
    }
    guard let first = number(halves[0]), first < size else { return nil }
    if halves[1].isEmpty { return first..<size }
    guard let last = number(halves[1]), last >= first else { return nil }
    return first..<min(size, last == .max ? last : last + 1)
  }

  private static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
  }
}
