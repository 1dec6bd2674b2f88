/// An address besides its own that a port may send from and that is sent to it.
package struct AllowedAddressPair: Hashable, Sendable {
  /// As the client wrote it; `nil` in a request stands for the port's own.
  package var macAddress: String?
  /// An address or a prefix, as the client wrote it.
  package var ipAddress: String

  package init(macAddress: String? = nil, ipAddress: String) {
    (self.macAddress, self.ipAddress) = (macAddress, ipAddress)
  }

  /// The pair of a port that has this address.
  package func completed(with portAddress: MACAddress) -> AllowedAddressPair {
    AllowedAddressPair(macAddress: macAddress ?? portAddress.description, ipAddress: ipAddress)
  }
}

extension [AllowedAddressPair] {
  /// A pair that stands here twice; `nil` if there is none.
  package var duplicate: AllowedAddressPair? {
    enumerated().first { index, pair in self[..<index].contains(pair) }?.element
  }
}
