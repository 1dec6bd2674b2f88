extension MACAddress {
  /// Whether a port can have the address: nobody has the one that is all zeros or all ones
  /// (`neutron_lib/constants.py` `INVALID_MAC_ADDRESSES`).
  package var isUsable: Bool { bits != 0 && bits != 0xFFFF_FFFF_FFFF }

  /// Whether the address is one interface's and not a group's.
  package var isUnicast: Bool { isUsable && (bits >> 40) & 1 == 0 }

  /// A random address that begins as `base` does: with its first three octets, and with the fourth if that is not zero
  /// (`neutron_lib/utils/net.py` `get_random_mac`).
  package static func random(base: MACAddress, using generator: inout some RandomNumberGenerator) -> MACAddress {
    let freeBits: UInt64 = (base.bits >> 16) & 0xFF == 0 ? 24 : 16
    let mask = (UInt64(1) << freeBits) - 1
    return MACAddress(bits: base.bits & ~mask | UInt64.random(in: 0...mask, using: &generator))
  }

  /// Upstream's default `base_mac`.
  package static let defaultBase = MACAddress(bits: 0xFA16_3E00_0000)
}
