import Netlink

/// By which links the host itself is reached, and how that is moved from one to another.
///
/// An interface in a bridge hears nothing that is for the host, so its addresses and routes belong to the bridge while it
/// is there. Upstream moves the default route alone; the kernel forgets the others with the addresses. Here all move.
struct HostReach: Sendable {
  private let addresses: [HostAddress]
  private let routes: [Route]

  init(_ socket: NetlinkSocket) throws(NetlinkError) {
    addresses = try socket.hostAddresses().filter(\.isGlobal)
    routes = try socket.routes().filter { !$0.isOfAddress }
  }

  /// The links with a global address or a route that the kernel did not make for an address.
  var links: Set<Int32> { Set(addresses.map(\.link) + routes.map(\.link)) }

  /// Moves everything. May be repeated after a failure; what has moved stays.
  ///
  /// Throws the first thing that went wrong after all was tried: the host may be reached by the rest.
  func move(from source: Link, to target: Link, _ socket: NetlinkSocket) throws(NetlinkError) {
    var errors: [NetlinkError] = []
    for step in steps(from: source, to: target) {
      do {
        try step.perform(on: socket)
      } catch let error where error.isExistingLink || error.isMissingEntry {
        // It was done before, or went with something else: the first address of a prefix takes the others with it.
      } catch {
        errors.append(error)
      }
    }
    if let first = errors.first { throw first }
  }

  private func steps(from source: Link, to target: Link) -> [Step] {
    let mine = addresses.filter { $0.link == source.index }
    let ways = routes.filter { $0.link == source.index }
    // Those to a gateway need the route that leads to the gateway.
    let ordered = ways.filter { $0.gateway == nil } + ways.filter { $0.gateway != nil }
    return mine.map { address in
      var moved = address
      moved.link = target.index
      return .addAddress(moved)
    }
      + ordered.flatMap { route -> [Step] in
        var moved = route
        moved.link = target.index
        return [.setRoute(moved), .removeRoute(route)]
      } + mine.map { .removeAddress($0) }
  }
}

/// One request of a move.
private enum Step {
  case addAddress(HostAddress)
  case removeAddress(HostAddress)
  case setRoute(Route)
  case removeRoute(Route)

  func perform(on socket: NetlinkSocket) throws(NetlinkError) {
    switch self {
    case .addAddress(let address): try socket.add(address)
    case .removeAddress(let address): try socket.remove(address)
    case .setRoute(let route): try socket.set(route)
    case .removeRoute(let route): try socket.remove(route)
    }
  }
}
