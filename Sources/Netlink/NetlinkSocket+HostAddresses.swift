import CNetlink
import Glibc

/// An address of an interface, of either version, with all that must not be lost when it moves to another interface.
package struct HostAddress: Hashable, Sendable {
  package var link: Int32
  /// In the order of the wire: 4 octets, or 16.
  package var address: [UInt8]
  /// The other end of a point-to-point link; the same as `address` elsewhere.
  package var peer: [UInt8]
  package var prefixLength: Int
  package var broadcast: [UInt8]?
  /// `RT_SCOPE_...`; 0 is global.
  package var scope: UInt8
  /// `IFA_F_...`
  package var flags: UInt32
  /// The `ifa_cacheinfo` that says for how long it may be used; `nil` for as long as it stands.
  package var lifetimes: [UInt8]?

  package init(link: Int32, address: [UInt8], prefixLength: Int, scope: UInt8 = 0) {
    (self.link, self.address, self.peer, self.prefixLength) = (link, address, address, prefixLength)
    (self.scope, self.flags) = (scope, 0)
  }

  /// Whether it may be used beyond the link.
  package var isGlobal: Bool { scope == UInt8(RT_SCOPE_UNIVERSE.rawValue) }
}

extension NetlinkSocket {
  /// The addresses of both versions of all links.
  package func hostAddresses() throws(NetlinkError) -> [HostAddress] {
    var header = ifaddrmsg()
    header.ifa_family = UInt8(AF_UNSPEC)
    let message = Message(type: Int(RTM_GETADDR), flags: NLM_F_REQUEST | NLM_F_DUMP, body: header)
    return try request(message, operation: "list addresses").compactMap(HostAddress.init)
  }

  /// Gives the address to its link. Throws `EEXIST` if the link has it. It may be used at once: nobody else is asked
  /// whether he has it, since it was in use on this host.
  package func add(_ address: HostAddress) throws(NetlinkError) {
    let flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL
    var message = message(RTM_NEWADDR, flags: flags, address)
    let kept = address.flags & UInt32(IFA_F_NOPREFIXROUTE | IFA_F_MANAGETEMPADDR)
    message.attribute(Int(IFA_FLAGS), kept | (address.address.count == 16 ? UInt32(IFA_F_NODAD) : 0))
    if let broadcast = address.broadcast { message.attribute(Int(IFA_BROADCAST), bytes: broadcast) }
    if let lifetimes = address.lifetimes { message.attribute(Int(IFA_CACHEINFO), bytes: lifetimes) }
    _ = try request(message, operation: "add address")
  }

  /// Takes the address away. Throws `EADDRNOTAVAIL` if the link does not have it.
  package func remove(_ address: HostAddress) throws(NetlinkError) {
    _ = try request(message(RTM_DELADDR, flags: NLM_F_REQUEST | NLM_F_ACK, address), operation: "delete address")
  }

  private func message(_ type: some BinaryInteger, flags: Int32, _ address: HostAddress) -> Message {
    var header = ifaddrmsg()
    header.ifa_family = UInt8(address.address.count == 4 ? AF_INET : AF_INET6)
    header.ifa_index = UInt32(bitPattern: address.link)
    header.ifa_prefixlen = UInt8(address.prefixLength)
    header.ifa_scope = address.scope
    var message = Message(type: Int(type), flags: flags, body: header)
    message.attribute(Int(IFA_LOCAL), bytes: address.address)
    message.attribute(Int(IFA_ADDRESS), bytes: address.peer)
    return message
  }
}

extension HostAddress {
  init?(_ answer: Answer) {
    guard let header = answer.payload.value(ifaddrmsg.self) else { return nil }
    let attributes = answer.attributes(after: MemoryLayout<ifaddrmsg>.size)
    guard let peer = attributes.bytes(Int(IFA_ADDRESS)) ?? attributes.bytes(Int(IFA_LOCAL)) else { return nil }
    self.init(
      link: Int32(bitPattern: header.ifa_index), address: Array(attributes.bytes(Int(IFA_LOCAL)) ?? peer),
      prefixLength: Int(header.ifa_prefixlen), scope: header.ifa_scope)
    self.peer = Array(peer)
    broadcast = attributes.bytes(Int(IFA_BROADCAST)).map(Array.init)
    flags = attributes.integer(Int(IFA_FLAGS)) ?? UInt32(header.ifa_flags)
    if flags & UInt32(IFA_F_PERMANENT) == 0 { lifetimes = attributes.bytes(Int(IFA_CACHEINFO)).map(Array.init) }
  }
}
