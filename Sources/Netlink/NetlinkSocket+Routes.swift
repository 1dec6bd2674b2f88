import CNetlink
import Glibc

/// A unicast route by one link, of either version.
package struct Route: Hashable, Sendable {
  package var link: Int32
  /// In the order of the wire: 4 octets, or 16; all zero for a default route.
  package var destination: [UInt8]
  package var prefixLength: Int
  package var gateway: [UInt8]?
  /// The address that packets by this route have as their source, if they have none yet.
  package var preferredSource: [UInt8]?
  /// The lower, the better; `nil` is the kernel's default.
  package var metric: UInt32?
  package var table: UInt32
  /// `RTPROT_...`, who made it.
  package var origin: UInt8
  /// `RT_SCOPE_...`
  package var scope: UInt8
  /// Attributes of `RTA_METRICS` as they stand, such as a route's MTU.
  package var properties: [UInt8]?

  package init(link: Int32, destination: [UInt8], prefixLength: Int, gateway: [UInt8]? = nil, metric: UInt32? = nil) {
    (self.link, self.destination, self.prefixLength) = (link, destination, prefixLength)
    (self.gateway, self.metric) = (gateway, metric)
    table = UInt32(RT_TABLE_MAIN.rawValue)
    origin = UInt8(RTPROT_STATIC)
    scope = UInt8((gateway == nil && destination.count == 4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE).rawValue)
  }

  /// Whether the kernel made it for an address of the link, and takes it away with the address.
  package var isOfAddress: Bool { origin == UInt8(RTPROT_KERNEL) }
}

extension NetlinkSocket {
  /// The unicast routes of both versions, those with several ways left out.
  package func routes() throws(NetlinkError) -> [Route] {
    var routes: [Route] = []
    for family in [AF_INET, AF_INET6] {
      var header = rtmsg()
      header.rtm_family = UInt8(family)
      let message = Message(type: Int(RTM_GETROUTE), flags: NLM_F_REQUEST | NLM_F_DUMP, body: header)
      do {
        routes += try request(message, operation: "list routes").compactMap(Route.init)
      } catch let error where error.isUnknownFamily || error.code == EOPNOTSUPP {
        // A kernel without IPv6 has no routes of it.
      }
    }
    return routes
  }

  /// Makes the route, or lets the one with the same destination, table and metric go by this one's link and gateway, so
  /// that at no time there is none.
  package func set(_ route: Route) throws(NetlinkError) {
    let flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE
    _ = try request(message(RTM_NEWROUTE, flags: flags, route), operation: "set route")
  }

  /// Takes the route away. Throws `ESRCH` if it is not there.
  package func remove(_ route: Route) throws(NetlinkError) {
    _ = try request(message(RTM_DELROUTE, flags: NLM_F_REQUEST | NLM_F_ACK, route), operation: "delete route")
  }

  private func message(_ type: some BinaryInteger, flags: Int32, _ route: Route) -> Message {
    var header = rtmsg()
    header.rtm_family = UInt8(route.destination.count == 4 ? AF_INET : AF_INET6)
    header.rtm_dst_len = UInt8(route.prefixLength)
    header.rtm_table = UInt8(RT_TABLE_UNSPEC.rawValue)
    header.rtm_protocol = route.origin
    header.rtm_scope = route.scope
    header.rtm_type = UInt8(RTN_UNICAST)
    var message = Message(type: Int(type), flags: flags, body: header)
    if route.prefixLength > 0 { message.attribute(Int(RTA_DST.rawValue), bytes: route.destination) }
    if let gateway = route.gateway { message.attribute(Int(RTA_GATEWAY.rawValue), bytes: gateway) }
    if let source = route.preferredSource { message.attribute(Int(RTA_PREFSRC.rawValue), bytes: source) }
    if let metric = route.metric { message.attribute(Int(RTA_PRIORITY.rawValue), metric) }
    if let properties = route.properties { message.attribute(Int(RTA_METRICS.rawValue), bytes: properties) }
    message.attribute(Int(RTA_TABLE.rawValue), route.table)
    message.attribute(Int(RTA_OIF.rawValue), route.link)
    return message
  }
}

extension Route {
  init?(_ answer: Answer) {
    guard let header = answer.payload.value(rtmsg.self), header.rtm_type == UInt8(RTN_UNICAST) else { return nil }
    let attributes = answer.attributes(after: MemoryLayout<rtmsg>.size)
    guard let link: Int32 = attributes.integer(Int(RTA_OIF.rawValue)) else { return nil }
    let zero = [UInt8](repeating: 0, count: header.rtm_family == UInt8(AF_INET) ? 4 : 16)
    self.init(
      link: link, destination: attributes.bytes(Int(RTA_DST.rawValue)).map(Array.init) ?? zero,
      prefixLength: Int(header.rtm_dst_len), gateway: attributes.bytes(Int(RTA_GATEWAY.rawValue)).map(Array.init),
      metric: attributes.integer(Int(RTA_PRIORITY.rawValue)))
    preferredSource = attributes.bytes(Int(RTA_PREFSRC.rawValue)).map(Array.init)
    table = attributes.integer(Int(RTA_TABLE.rawValue)) ?? UInt32(header.rtm_table)
    origin = header.rtm_protocol
    scope = header.rtm_scope
    properties = attributes.bytes(Int(RTA_METRICS.rawValue)).map(Array.init)
  }
}
