import Logging
import Model
import Netlink

/// Keeps the forwarding tables of this host's VXLAN links at what the server has told.
///
/// A link's table is compared when the server has told something new of its network, when the link is another one than
/// before, and when everything is.
struct Population: Sendable {
  private let tunneling: Tunneling?
  private let socket: NetlinkSocket
  private let logger: Logger
  /// Networks whose link has the right table, with the link's index.
  private var settled: [UUID: Int32] = [:]

  init(_ tunneling: Tunneling?, socket: NetlinkSocket, logger: Logger) {
    self.tunneling = tunneling
    self.socket = socket
    self.logger = logger
  }

  /// So many requests are made of the kernel in one go, some tens of milliseconds: devices do not wait for longer.
  private static let stepLimit = 1000

  /// Compares what has to be, and does what is missing.
  ///
  /// - Returns: Whether there is more to do than was done.
  mutating func settle(_ news: PopulationNews, links: LinkTable, everything: Bool) -> Bool {
    guard let tunneling, tunneling.l2Population else { return false }
    let (networks, changed) = news.take()
    var allowance = Self.stepLimit
    if everything { settled = [:] }
    settled = settled.filter { networks[$0.key] != nil && !changed.contains($0.key) }
    for (id, network) in networks {
      guard let link = links[InterfaceName.vxlan(network.segmentationID)], link.kind == "vxlan",
        settled[id] != link.index
      else { continue }
      do {
        let steps = try steps(PopulationPlan(network, tunneling), on: link)
        try perform(steps.prefix(allowance), on: link)
        allowance -= steps.count
        guard allowance >= 0 else { return true }
        settled[id] = link.index
      } catch {
        // It is tried again at the next look.
        logger.warning(
          "Could not fill a tunnel's forwarding table",
          metadata: ["link": "\(link.name)", "network.id": "\(id)", "error": "\(error)"])
      }
    }
    return false
  }

  private func steps(_ plan: PopulationPlan, on link: Link) throws(NetlinkError) -> [PopulationStep] {
    plan.steps(
      entries: try socket.forwardingEntries(of: link), neighbours: try socket.permanentNeighbours(on: link))
  }

  /// Throws the first thing that went wrong after all was tried: what the kernel refuses is that entry's trouble alone.
  private func perform(_ steps: some Sequence<PopulationStep>, on link: Link) throws(NetlinkError) {
    var errors: [NetlinkError] = []
    for step in steps {
      do {
        try perform(step, on: link)
      } catch let error where error.isMissingEntry {
        // It was to go and has gone.
      } catch {
        errors.append(error)
      }
    }
    if let first = errors.first { throw first }
  }

  private func perform(_ step: PopulationStep, on link: Link) throws(NetlinkError) {
    switch step {
    case .set(let entry): try socket.set(entry, on: link)
    case .remove(let entry): try socket.remove(entry, from: link)
    case .flood(let remote): try socket.addFloodingRemote(remote.bits, to: link)
    case .stopFlooding(let remote): try socket.removeFloodingRemote(remote.bits, from: link)
    case .setNeighbour(let neighbour): try socket.set(neighbour, on: link)
    case .removeNeighbour(let neighbour): try socket.remove(neighbour, from: link)
    }
  }
}
