/// The two versions of the Internet Protocol; the raw value is the API's `ip_version`.
package enum IPVersion: Int, CaseIterable, Sendable {
  case v4 = 4
  case v6 = 6

  /// The bits of an address.
  package var width: Int { self == .v4 ? 32 : 128 }
}

/// An address of either version.
package enum IPAddress: Hashable, Sendable {
  case v4(IPv4Address)
  case v6(IPv6Address)

  /// Reads what ``IPv4Address`` or ``IPv6Address`` reads. Else `nil`.
  package init?(_ text: some StringProtocol) {
    if let address = IPv4Address(text) {
      self = .v4(address)
    } else if let address = IPv6Address(text) {
      self = .v6(address)
    } else {
      return nil
    }
  }

  /// - Parameter bits: No more of them than the version has.
  package init(version: IPVersion, bits: UInt128) {
    switch version {
    case .v4:
      precondition(bits <= UInt128(UInt32.max), "an IPv4 address has 32 bits")
      self = .v4(IPv4Address(bits: UInt32(truncatingIfNeeded: bits)))
    case .v6: self = .v6(IPv6Address(bits: bits))
    }
  }

  package var version: IPVersion {
    switch self {
    case .v4: .v4
    case .v6: .v6
    }
  }

  /// The address as a number, first octet highest.
  package var bits: UInt128 {
    switch self {
    case .v4(let address): UInt128(address.bits)
    case .v6(let address): address.bits
    }
  }
}

extension IPAddress: Comparable {
  /// IPv4 before IPv6, and then by number.
  package static func < (left: IPAddress, right: IPAddress) -> Bool {
    left.version == right.version ? left.bits < right.bits : left.version.rawValue < right.version.rawValue
  }
}

extension IPAddress: CustomStringConvertible {
  /// The canonical form: four decimal octets, or RFC 5952's for IPv6.
  package var description: String {
    switch self {
    case .v4(let address): address.description
    case .v6(let address): address.description
    }
  }
}
