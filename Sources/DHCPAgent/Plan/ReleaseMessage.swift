internal import Model

/// A guest's word that it gives its address back, said in its place: dnsmasq keeps its leases in memory, reads their file
/// only when it starts, and has no other way to be told that one is over.
struct ReleaseMessage: Hashable, Sendable {
  /// Where dnsmasq hears it: its own address, or the group of all DHCPv6 servers.
  var destination: IPAddress
  var port: UInt16
  var bytes: [UInt8]

  /// `nil` for a lease that cannot be put into such words.
  init?(_ lease: Lease, server: IPAddress?, serverID: String?) {
    switch lease.address {
    case .v4(let address):
      guard let server, case .v4(let own) = server, let mac = MACAddress(lease.holder) else { return nil }
      destination = server
      port = 67
      bytes = Self.release(address, of: mac, clientID: Self.octets(lease.clientID), server: own)
    case .v6(let address):
      guard let identity = UInt32(lease.holder), let client = Self.octets(lease.clientID),
        let server = serverID.flatMap(Self.octets)
      else { return nil }
      destination = IPAddress(version: .v6, bits: Self.allServers)
      port = 547
      bytes = Self.release(address, identity: identity, client: client, server: server)
    }
  }

  /// ff02::1:2
  private static let allServers: UInt128 = 0xff02 << 112 | 0x1_0002

  /// DHCPRELEASE (RFC 2131, 4.4.6).
  private static func release(
    _ address: IPv4Address, of mac: MACAddress, clientID: [UInt8]?, server: IPv4Address
  ) -> [UInt8] {
    // BOOTREQUEST over Ethernet; then hops, the transaction, seconds and flags, none of which anybody looks at.
    var bytes: [UInt8] = [1, 1, 6, 0] + [0, 0, 0, 0, 0, 0, 0, 0]
    bytes += octets(address.bits) + [UInt8](repeating: 0, count: 12)
    bytes += mac.octets + [UInt8](repeating: 0, count: 10 + 64 + 128)
    bytes += [99, 130, 83, 99] + [53, 1, 7] + [54, 4] + octets(server.bits)
    if let clientID, clientID.count < 256 { bytes += [61, UInt8(clientID.count)] + clientID }
    return bytes + [255]
  }

  /// RELEASE (RFC 8415, 16.9) of one address.
  private static func release(
    _ address: IPv6Address, identity: UInt32, client: [UInt8], server: [UInt8]
  ) -> [UInt8] {
    let octets16 = (0..<16).map { UInt8(truncatingIfNeeded: address.bits >> UInt128(120 - 8 * $0)) }
    let lifetimes = [UInt8](repeating: 0, count: 8)
    let association = octets(identity) + lifetimes + option(5, octets16 + lifetimes)
    return [8, 0, 0, 1] + option(1, client) + option(2, server) + option(8, [0, 0]) + option(3, association)
  }

  private static func option(_ code: UInt8, _ value: [UInt8]) -> [UInt8] {
    [0, code, UInt8(value.count >> 8 & 0xff), UInt8(value.count & 0xff)] + value
  }

  private static func octets(_ number: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32(24 - 8 * $0)) }
  }

  /// Reads `01:fa:16`; `nil` for anything else, such as `*`.
  private static func octets(_ text: String) -> [UInt8]? {
    var octets: [UInt8] = []
    for part in text.split(separator: ":", omittingEmptySubsequences: false) {
      guard part.utf8.count == 2, let octet = UInt8(part, radix: 16) else { return nil }
      octets.append(octet)
    }
    return octets.isEmpty ? nil : octets
  }
}
