import Model
import SQLite

extension Row {
  func macAddress(_ column: Int) throws -> MACAddress {
    let text = text(column)
    guard let address = MACAddress(text) else {
      throw UnreadableColumn(name: name(column), text: text, expected: "a MAC address")
    }
    return address
  }

  func optionalAddress(_ column: Int) throws -> IPv4Address? {
    try optionalText(column).map { text in try storedAddress(text) }
  }

  func prefix(_ column: Int) throws -> IPv4Network {
    let text = text(column)
    guard let network = IPv4Network(text) else {
      throw UnreadableColumn(name: name(column), text: text, expected: "an IPv4 prefix")
    }
    return network
  }
}

/// Reads an address that is part of a column.
func storedAddress(_ text: some StringProtocol) throws -> IPv4Address {
  guard let address = IPv4Address(text) else {
    throw UnreadableColumn(name: "a list", text: String(text), expected: "an IPv4 address")
  }
  return address
}

/// Reads an id that is part of a column.
func storedID(_ text: some StringProtocol) throws -> UUID {
  guard let id = UUID(text) else { throw UnreadableColumn(name: "a list", text: String(text), expected: "a UUID") }
  return id
}
