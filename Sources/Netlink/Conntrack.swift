import CNetlink
import Dispatch
import Glibc

/// A connection that the kernel tracks, seen from the side that began it.
package struct Connection: Hashable, Sendable {
  /// Connections of different zones know nothing of one another, even with the same addresses.
  package var zone: UInt16
  package var isIPv6: Bool
  /// The number of the IP protocol.
  package var ipProtocol: UInt8
  /// The address as a number, first octet highest; the low 32 bits for IPv4.
  package var source: UInt128
  package var destination: UInt128
  /// 0 for protocols without ports.
  package var sourcePort: UInt16
  package var destinationPort: UInt16
  package var icmpType: UInt8
  package var icmpCode: UInt8
  /// Which connection it is, for ``ConntrackTable/delete(_:)``: the kernel's id, and its own description of the tuple.
  fileprivate var identifier: UInt32 = 0
  fileprivate var tuple: [UInt8] = []

  package init(
    zone: UInt16, isIPv6: Bool, ipProtocol: UInt8, source: UInt128, destination: UInt128, sourcePort: UInt16 = 0,
    destinationPort: UInt16 = 0, icmpType: UInt8 = 0, icmpCode: UInt8 = 0
  ) {
    (self.zone, self.isIPv6, self.ipProtocol) = (zone, isIPv6, ipProtocol)
    (self.source, self.destination) = (source, destination)
    (self.sourcePort, self.destinationPort) = (sourcePort, destinationPort)
    (self.icmpType, self.icmpCode) = (icmpType, icmpCode)
  }
}

/// The connections that the kernel tracks in one network namespace, through ctnetlink.
///
/// A host may have hundreds of thousands, so the calls are made on a thread of this object's own.
package final class ConntrackTable: Sendable {
  private let queue = DispatchQueue(label: "plugboard.conntrack", qos: .userInitiated)
  private let socket: NetlinkSocket

  /// Works in `namespace`, or in that of the calling thread.
  package init(in namespace: NetworkNamespace? = nil) throws(NetlinkError) {
    socket = try NetlinkSocket(netfilterIn: namespace)
  }

  /// The connections of these zones.
  package func connections(zones: Set<UInt16>) async throws(NetlinkError) -> [Connection] {
    try await perform { (socket) throws(NetlinkError) in
      try socket.connections().filter { zones.contains($0.zone) }
    }
  }

  /// Deletes connections, and returns how many there were. One that has ended by itself meanwhile is not counted.
  package func delete(_ connections: [Connection]) async throws(NetlinkError) -> Int {
    try await perform { (socket) throws(NetlinkError) in
      var count = 0
      for connection in connections where try socket.delete(connection) { count += 1 }
      return count
    }
  }

  private func perform<T: Sendable>(
    _ work: @escaping @Sendable (NetlinkSocket) throws(NetlinkError) -> T
  ) async throws(NetlinkError) -> T {
    let result: Result<T, NetlinkError> = await withCheckedContinuation { continuation in
      queue.async { [socket] in
        continuation.resume(returning: Result { () throws(NetlinkError) in try work(socket) })
      }
    }
    return try result.get()
  }
}

extension NetlinkSocket {
  fileprivate func connections() throws(NetlinkError) -> [Connection] {
    let message = Message(
      type: messageType(IPCTNL_MSG_CT_GET), flags: NLM_F_REQUEST | NLM_F_DUMP, body: nfgenmsg())
    return try request(message, operation: "list connections").compactMap(Connection.init)
  }

  /// `false` if it has ended meanwhile.
  fileprivate func delete(_ connection: Connection) throws(NetlinkError) -> Bool {
    var header = nfgenmsg()
    header.nfgen_family = UInt8(connection.isIPv6 ? AF_INET6 : AF_INET)
    var message = Message(type: messageType(IPCTNL_MSG_CT_DELETE), flags: NLM_F_REQUEST | NLM_F_ACK, body: header)
    message.attribute(Int(CTA_TUPLE_ORIG.rawValue) | Int(NLA_F_NESTED), bytes: connection.tuple)
    message.attribute(Int(CTA_ZONE.rawValue), connection.zone.bigEndian)
    message.attribute(Int(CTA_ID.rawValue), connection.identifier)
    do {
      _ = try request(message, operation: "delete connection")
      return true
    } catch let error where error.code == ENOENT {
      return false
    }
  }
}

private func messageType(_ type: cntl_msg_types) -> Int { Int(NFNL_SUBSYS_CTNETLINK) << 8 | Int(type.rawValue) }

extension Connection {
  fileprivate init?(_ answer: Answer) {
    let attributes = answer.attributes(after: MemoryLayout<nfgenmsg>.size)
    guard let header = answer.payload.value(nfgenmsg.self),
      let tuple = attributes.bytes(Int(CTA_TUPLE_ORIG.rawValue)),
      let ip = Attributes(tuple).nested(Int(CTA_TUPLE_IP.rawValue)),
      let proto = Attributes(tuple).nested(Int(CTA_TUPLE_PROTO.rawValue))
    else { return nil }
    let isIPv6 = header.nfgen_family == UInt8(AF_INET6)
    let (from, to) = isIPv6 ? (CTA_IP_V6_SRC, CTA_IP_V6_DST) : (CTA_IP_V4_SRC, CTA_IP_V4_DST)
    guard let source = ip.bytes(Int(from.rawValue)), let destination = ip.bytes(Int(to.rawValue)),
      let number = proto.integer(Int(CTA_PROTO_NUM.rawValue), as: UInt8.self)
    else { return nil }
    func port(_ type: ctattr_l4proto) -> UInt16 {
      UInt16(bigEndian: proto.integer(Int(type.rawValue)) ?? 0)
    }
    let isICMPv6 = number == 58
    self.init(
      zone: UInt16(bigEndian: attributes.integer(Int(CTA_ZONE.rawValue)) ?? 0), isIPv6: isIPv6, ipProtocol: number,
      source: source.reduce(0) { $0 << 8 | UInt128($1) }, destination: destination.reduce(0) { $0 << 8 | UInt128($1) },
      sourcePort: port(CTA_PROTO_SRC_PORT), destinationPort: port(CTA_PROTO_DST_PORT),
      icmpType: proto.integer(Int((isICMPv6 ? CTA_PROTO_ICMPV6_TYPE : CTA_PROTO_ICMP_TYPE).rawValue)) ?? 0,
      icmpCode: proto.integer(Int((isICMPv6 ? CTA_PROTO_ICMPV6_CODE : CTA_PROTO_ICMP_CODE).rawValue)) ?? 0)
    identifier = attributes.integer(Int(CTA_ID.rawValue)) ?? 0
    self.tuple = Array(tuple)
  }
}
