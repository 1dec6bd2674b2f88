/// An IPv6 address.
package struct IPv6Address: Hashable, Comparable, Sendable {
  /// The address as a number, first octet highest.
  package let bits: UInt128

  package init(bits: UInt128) {
    self.bits = bits
  }

  /// Reads the forms of RFC 4291 section 2.2: eight groups of one to four hexadecimal digits, `::` once in place of one
  /// group of zeros or more, and the last two groups as an IPv4 address. A zone (`%eth0`) is refused.
  package init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    // Eight groups of four digits, the last two written as the longest IPv4 address.
    guard bytes.count <= 45, let gap = Self.gap(in: bytes) else { return nil }
    switch gap {
    case .none:
      guard let groups = Self.groups(bytes[...], endsAddress: true), groups.count == 8 else { return nil }
      bits = Self.number(groups)
    case .some(let start):
      guard let head = Self.groups(bytes[..<start], endsAddress: false),
        let tail = Self.groups(bytes[(start + 2)...], endsAddress: true), head.count + tail.count < 8
      else { return nil }
      bits = Self.number(head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail)
    }
  }

  package static func < (left: IPv6Address, right: IPv6Address) -> Bool { left.bits < right.bits }

  /// The eight groups of 16 bits, highest first.
  package var groups: [UInt16] { (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) } }

  /// Where `::` begins, `.some(nil)` if it is nowhere, `nil` if it is there twice.
  private static func gap(in bytes: [UInt8]) -> Int?? {
    var found: Int?
    for index in bytes.indices.dropLast() where bytes[index] == colon && bytes[index + 1] == colon {
      guard found == nil else { return nil }
      found = index
    }
    return .some(found)
  }

  /// The groups of a part without `::`, which may be empty.
  private static func groups(_ bytes: ArraySlice<UInt8>, endsAddress: Bool) -> [UInt16]? {
    if bytes.isEmpty { return [] }
    var groups: [UInt16] = []
    let parts = bytes.split(separator: colon, omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if endsAddress, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
        guard let last = IPv4Address(String(decoding: part, as: UTF8.self)) else { return nil }
        groups += [UInt16(last.bits >> 16), UInt16(truncatingIfNeeded: last.bits)]
      } else {
        guard (1...4).contains(part.count) else { return nil }
        var group: UInt16 = 0
        for byte in part {
          guard let digit = byte.hexadecimalDigit else { return nil }
          group = group << 4 | UInt16(digit)
        }
        groups.append(group)
      }
    }
    return groups
  }

  private static func number(_ groups: [UInt16]) -> UInt128 { groups.reduce(0) { $0 << 16 | UInt128($1) } }

  private static let colon = UInt8(ascii: ":")
}

extension IPv6Address: CustomStringConvertible {
  /// The one form of RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as `::` (the
  /// first of several), and the last 32 bits as an IPv4 address where the prefix says that they are one (section 5).
  package var description: String {
    let groups = groups
    if bits >> 32 == 0xFFFF { return "::ffff:\(IPv4Address(bits: UInt32(truncatingIfNeeded: bits)))" }
    guard let zeros = Self.longestZeros(groups) else { return Self.text(groups[...]) }
    return "\(Self.text(groups[..<zeros.lowerBound]))::\(Self.text(groups[zeros.upperBound...]))"
  }

  private static func text(_ groups: ArraySlice<UInt16>) -> String {
    groups.map { String($0, radix: 16) }.joined(separator: ":")
  }

  private static func longestZeros(_ groups: [UInt16]) -> Range<Int>? {
    var longest = 0..<0
    var start = 0
    for (index, group) in groups.enumerated() {
      guard group == 0 else {
        start = index + 1
        continue
      }
      if index + 1 - start > longest.count { longest = start..<index + 1 }
    }
    return longest.count > 1 ? longest : nil
  }
}

extension IPv6Address {
  /// `fe80::/10` (RFC 4291 section 2.5.6)
  package var isLinkLocal: Bool { bits >> 118 == 0x3FA }

  /// The address that a host with this Ethernet address gives itself under a /64 prefix: the modified EUI-64 of RFC 4291
  /// appendix A, with `ff:fe` in the middle and the universal bit turned.
  ///
  /// - Parameter prefix: Its low 64 bits are not looked at.
  package init(prefix: IPv6Address, eui64 address: MACAddress) {
    let (high, low) = (address.bits >> 24, address.bits & 0xFF_FFFF)
    let interface = (high << 40 | 0xFF_FE00_0000 | low) ^ 0x0200_0000_0000_0000
    self.init(bits: (prefix.bits >> 64) << 64 | UInt128(interface))
  }
}
