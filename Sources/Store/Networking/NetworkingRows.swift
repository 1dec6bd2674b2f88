import Model
import SQLite

extension Row {
  func macAddress(_ column: Int) throws -> MACAddress {
    guard let address = withText(column, { MACAddress(ascii: $0) }) else { throw unreadable(column, "a MAC address") }
    return address
  }

  func optionalAddress(_ column: Int) throws -> IPAddress? {
    try optionalText(column).map { text in try storedAddress(text) }
  }

  func prefix(_ column: Int) throws -> IPNetwork { try storedPrefix(text(column)) }

  /// The texts of a JSON array or the names and texts of a JSON object, one after the other, of which none holds
  /// anything that JSON would have to escape.
  func quotedTexts(_ column: Int) -> [String] {
    text(column).split(separator: "\"", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
  }
}

/// Reads an address that is part of a column.
func storedAddress(_ text: some StringProtocol) throws -> IPAddress {
  guard let address = IPAddress(text) else {
    throw UnreadableColumn(name: "a list", text: String(text), expected: "an IP address")
  }
  return address
}

/// Reads a prefix that is a column or part of one.
func storedPrefix(_ text: some StringProtocol) throws -> IPNetwork {
  guard let network = IPNetwork(text) else {
    throw UnreadableColumn(name: "a list", text: String(text), expected: "a prefix")
  }
  return network
}

/// Reads an id that is part of a column.
func storedID(_ text: some StringProtocol) throws -> UUID {
  guard let id = UUID(text) else { throw UnreadableColumn(name: "a list", text: String(text), expected: "a UUID") }
  return id
}

/// Texts as a JSON array; they hold nothing that JSON would have to escape.
func jsonArray(_ texts: [String]) -> String { "[\(texts.map { "\"\($0)\"" }.joined(separator: ", "))]" }

/// An address as the two integers of the database that sort as addresses do: (0, address) for IPv4, the halves of 64
/// bits for IPv6, each less 2⁶³, since SQLite's integers have a sign.
struct AddressNumbers: Hashable {
  let high: Int
  let number: Int

  init(_ address: IPAddress) {
    switch address {
    case .v4(let address): (high, number) = (0, Int(address.bits))
    case .v6(let address):
      high = Self.signed(UInt64(address.bits >> 64))
      number = Self.signed(UInt64(truncatingIfNeeded: address.bits))
    }
  }

  init(high: Int, number: Int) {
    self.high = high
    self.number = number
  }

  func address(_ version: IPVersion) -> IPAddress {
    switch version {
    case .v4: IPAddress(version: .v4, bits: UInt128(UInt32(truncatingIfNeeded: number)))
    case .v6: IPAddress(version: .v6, bits: UInt128(Self.unsigned(high)) << 64 | UInt128(Self.unsigned(number)))
    }
  }

  private static func signed(_ half: UInt64) -> Int { Int(bitPattern: UInt(half ^ 1 << 63)) }

  private static func unsigned(_ number: Int) -> UInt64 { UInt64(UInt(bitPattern: number)) ^ 1 << 63 }
}
