import CNetlink
import Glibc

extension NetlinkSocket {
  /// The IPv4 addresses of all links.
  package func addresses() throws(NetlinkError) -> [LinkAddress] {
    var header = ifaddrmsg()
    header.ifa_family = UInt8(AF_INET)
    let message = Message(type: Int(RTM_GETADDR), flags: NLM_F_REQUEST | NLM_F_DUMP, body: header)
    return try request(message, operation: "list addresses").compactMap { answer in
      guard let header = answer.payload.value(ifaddrmsg.self) else { return nil }
      let attributes = answer.attributes(after: MemoryLayout<ifaddrmsg>.size)
      // IFA_ADDRESS is the other end's on a point-to-point link, IFA_LOCAL is ours.
      guard let address: UInt32 = attributes.integer(Int(IFA_LOCAL)) ?? attributes.integer(Int(IFA_ADDRESS)) else {
        return nil
      }
      return LinkAddress(
        link: Int32(header.ifa_index), address: UInt32(bigEndian: address), prefixLength: Int(header.ifa_prefixlen))
    }
  }

  /// Gives a link an IPv4 address. Throws `EEXIST` if it has it.
  package func add(_ address: LinkAddress) throws(NetlinkError) {
    var header = ifaddrmsg()
    header.ifa_family = UInt8(AF_INET)
    header.ifa_index = UInt32(address.link)
    header.ifa_prefixlen = UInt8(address.prefixLength)
    let flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL
    var message = Message(type: Int(RTM_NEWADDR), flags: flags, body: header)
    message.attribute(Int(IFA_LOCAL), address.address.bigEndian)
    message.attribute(Int(IFA_ADDRESS), address.address.bigEndian)
    _ = try request(message, operation: "add address")
  }
}
