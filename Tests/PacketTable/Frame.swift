package import Model

/// Ethernet frames byte by byte, with the checksums that conntrack looks at.
package enum Frame {
  package static let broadcast = MACAddress("ff:ff:ff:ff:ff:ff")!

  package static func ethernet(_ source: MACAddress, _ destination: MACAddress, _ type: UInt16, _ payload: [UInt8])
    -> [UInt8]
  {
    destination.octets + source.octets + type.bytes + payload
  }

  package static func arp(
    _ source: MACAddress, sender: (MACAddress, String), target: String, operation: UInt16 = 1,
    to destination: MACAddress = broadcast
  ) -> [UInt8] {
    var body: [UInt8] = [0, 1, 8, 0, 6, 4] + operation.bytes
    body += sender.0.octets + IPAddress(sender.1)!.octets
    body += [0, 0, 0, 0, 0, 0] + IPAddress(target)!.octets
    return ethernet(source, destination, 0x0806, body)
  }

  /// An IPv4 or an IPv6 packet, as the addresses say.
  package static func ip(
    _ macs: (MACAddress, MACAddress), _ source: String, _ destination: String, _ number: UInt8, _ payload: [UInt8],
    id: UInt16 = 7
  ) -> [UInt8] {
    let (from, to) = (IPAddress(source)!.octets, IPAddress(destination)!.octets)
    if from.count == 4 { return ethernet(macs.0, macs.1, 0x0800, ipv4(from, to, number, payload, id: id)) }
    let header: [UInt8] = [0x60, 0, 0, 0] + UInt16(payload.count).bytes + [number, 255]
    return ethernet(macs.0, macs.1, 0x86DD, header + from + to + payload)
  }

  private static func ipv4(
    _ from: [UInt8], _ to: [UInt8], _ number: UInt8, _ payload: [UInt8], id: UInt16, fragment: UInt16 = 0
  ) -> [UInt8] {
    var header: [UInt8] =
      [0x45, 0] + UInt16(20 + payload.count).bytes + id.bytes + fragment.bytes + [64, number, 0, 0]
    header += from + to
    header.replaceSubrange(10..<12, with: checksum(header).bytes)
    return header + payload
  }

  /// The packet of a frame in two fragments, the first of `size` bytes (a multiple of 8).
  package static func fragments(of frame: [UInt8], size: Int, id: UInt16) -> [[UInt8]] {
    let (ethernet, packet) = (Array(frame[..<14]), Array(frame[14...]))
    let isIPv6 = packet[0] == 0x60
    let payload = packet[(isIPv6 ? 40 : 20)...]
    let parts = [(Array(payload.prefix(size)), 0, true), (Array(payload.dropFirst(size)), size, false)]
    return parts.map { part, offset, hasMore in
      if isIPv6 {
        let field = UInt16(offset) | (hasMore ? 1 : 0)
        return extended(frame, 44, [packet[6], 0] + field.bytes + UInt32(id).bytes, payload: part)
      }
      let (from, to) = (Array(packet[12..<16]), Array(packet[16..<20]))
      return ethernet + ipv4(from, to, packet[9], part, id: id, fragment: UInt16(offset / 8) | (hasMore ? 0x2000 : 0))
    }
  }

  /// The packet of an IPv6 frame with destination options, which say nothing, before its payload.
  package static func behindOptions(_ frame: [UInt8]) -> [UInt8] {
    extended(frame, 60, [frame[20], 0, 1, 4, 0, 0, 0, 0], payload: Array(frame[54...]))
  }

  private static func extended(_ frame: [UInt8], _ number: UInt8, _ header: [UInt8], payload: [UInt8]) -> [UInt8] {
    var start = Array(frame[..<54])
    start.replaceSubrange(18..<20, with: UInt16(header.count + payload.count).bytes)
    start[20] = number
    return start + header + payload
  }

  package static func udp(
    _ macs: (MACAddress, MACAddress), _ source: String, _ destination: String, from: UInt16 = 40000, to: UInt16,
    _ data: [UInt8] = Array("plugboard".utf8)
  ) -> [UInt8] {
    let body = from.bytes + to.bytes + UInt16(8 + data.count).bytes + [0, 0] + data
    return ip(macs, source, destination, 17, summed(body, at: 6, source, destination, 17))
  }

  /// A segment with the flags of its first byte: 2 SYN, 0x12 SYN ACK, 0x10 ACK.
  package static func tcp(
    _ macs: (MACAddress, MACAddress), _ source: String, _ destination: String, from: UInt16 = 40000, to: UInt16,
    flags: UInt8 = 2, sequence: UInt32 = 1000, acknowledgement: UInt32 = 0, _ data: [UInt8] = []
  ) -> [UInt8] {
    var body = from.bytes + to.bytes + sequence.bytes + acknowledgement.bytes + [0x50, flags]
    body += UInt16(8192).bytes + [0, 0, 0, 0] + data
    return ip(macs, source, destination, 6, summed(body, at: 16, source, destination, 6))
  }

  package static func icmp(
    _ macs: (MACAddress, MACAddress), _ source: String, _ destination: String, type: UInt8, code: UInt8 = 0,
    _ rest: [UInt8] = [0, 7, 0, 1, 1, 2, 3, 4]
  ) -> [UInt8] {
    var body = [type, code, 0, 0] + rest
    if source.contains(":") { return ip(macs, source, destination, 58, summed(body, at: 2, source, destination, 58)) }
    body.replaceSubrange(2..<4, with: checksum(body).bytes)
    return ip(macs, source, destination, 1, body)
  }

  /// A neighbour advertisement (136) or solicitation (135) with the option that tells an Ethernet address.
  package static func neighbour(
    _ macs: (MACAddress, MACAddress), _ source: String, _ destination: String, type: UInt8, target: String,
    option: MACAddress?
  ) -> [UInt8] {
    let link = option.map { [type == 136 ? 2 : 1, 1] + $0.octets } ?? []
    return icmp(
      macs, source, destination, type: type, [type == 136 ? 0x60 : 0, 0, 0, 0] + IPAddress(target)!.octets + link)
  }

  private static func summed(
    _ body: [UInt8], at offset: Int, _ source: String, _ destination: String, _ number: UInt8
  ) -> [UInt8] {
    let (from, to) = (IPAddress(source)!.octets, IPAddress(destination)!.octets)
    var body = body
    let sum = checksum(from + to + [0, number] + UInt16(body.count).bytes + body)
    body.replaceSubrange(offset..<offset + 2, with: (sum == 0 ? 0xFFFF : sum).bytes)
    return body
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for (index, byte) in bytes.enumerated() { sum += UInt32(byte) << (index % 2 == 0 ? 8 : 0) }
    while sum >> 16 != 0 { sum = sum & 0xFFFF + sum >> 16 }
    return ~UInt16(truncatingIfNeeded: sum)
  }
}

extension FixedWidthInteger {
  /// In the network's order.
  fileprivate var bytes: [UInt8] {
    (0..<Self.bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> Self(Self.bitWidth - 8 - 8 * $0)) }
  }
}

extension IPAddress {
  package var octets: [UInt8] {
    let count = version.width / 8
    return (0..<count).map { UInt8(truncatingIfNeeded: bits >> UInt128(8 * (count - 1 - $0))) }
  }
}
