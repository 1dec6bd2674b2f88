import HostRPC
package import Model
package import Netlink
import Synchronization

/// What the kernel and the server have told since the loop last looked, and the bell that wakes it.
///
/// Whoever tells something does it here and goes on; only the loop acts.
package final class News: Sendable {
  package struct Report: Sendable {
    /// The links as the events have left them.
    package internal(set) var links = LinkTable()
    /// When each tap was first heard of, by its index.
    package internal(set) var arrivals: [Int32: Timestamp] = [:]
    /// Bridges that somebody made or changed.
    package internal(set) var touchedBridges: Set<Int32> = []
    package internal(set) var hintedDevices: Set<String> = []
    /// Security groups whose rules or members have changed.
    package internal(set) var hintedGroups: Set<String> = []
    package internal(set) var hintedNetworks: Set<UUID> = []
    package internal(set) var deletedNetworks: Set<UUID> = []
    /// Whether something was told of a link.
    package internal(set) var isTouched = false
    /// Whether the links must be listed, because events were lost.
    package internal(set) var isIncomplete = true
    /// Whether all devices must be asked for, because hints may have been lost.
    package internal(set) var needsEverything = false
  }

  /// How many hints are kept one by one; after that everything is compared.
  private static let hintLimit = 4096

  /// What was told of forwarding entries.
  let population = PopulationNews()
  private let report = Mutex(Report())
  private let bell: AsyncStream<Void>.Continuation
  /// Rings after something was told; one ring may stand for much. For one reader.
  package let rings: AsyncStream<Void>

  package init() {
    (rings, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Takes the report, and begins a new one with the links that stand.
  package func take() -> Report {
    report.withLock { report in
      var next = Report()
      next.links = report.links
      next.arrivals = report.arrivals
      next.isIncomplete = false
      swap(&report, &next)
      return next
    }
  }

  /// The loop has listed the links. What the events tell from now on is newer, or repeats it. Returns when each tap was
  /// first heard of.
  package func listed(_ links: LinkTable, at time: Timestamp) -> [Int32: Timestamp] {
    report.withLock { report in
      report.links = links
      report.arrivals = report.arrivals.filter { links[$0.key] != nil }
      for link in links.links where InterfaceName.isTap(link.name) && report.arrivals[link.index] == nil {
        report.arrivals[link.index] = time
      }
      return report.arrivals
    }
  }

  package func heard(_ event: LinkEvent, at time: Timestamp) {
    report.withLock { $0.hear(event, at: time) }
    ring()
  }

  /// The server said that a port has changed.
  func hint(port: UUID) {
    report.withLock { $0.hint(\.hintedDevices, InterfaceName.tap(of: port), limit: Self.hintLimit) }
    ring()
  }

  /// The server said that a network has changed.
  func hint(network: UUID) {
    report.withLock { $0.hint(\.hintedNetworks, network, limit: Self.hintLimit) }
    ring()
  }

  /// The server said that security groups have changed.
  func hint(groups: [String]) {
    report.withLock { report in
      for group in groups { report.hint(\.hintedGroups, group, limit: Self.hintLimit) }
    }
    ring()
  }

  func hint(deletedNetwork network: UUID) {
    population.forget(network)
    report.withLock { $0.hint(\.deletedNetworks, network, limit: Self.hintLimit) }
    ring()
  }

  /// Hints may have been lost: the connection is new, or the server had given the agent up.
  package func compareEverything() {
    report.withLock { $0.needsEverything = true }
    ring()
  }

  /// How many taps there are.
  var deviceCount: Int { report.withLock { $0.arrivals.count } }

  func ring() {
    bell.yield()
  }
}

extension News.Report {
  /// Whether nothing was told at all.
  var isQuiet: Bool {
    !isTouched && !isIncomplete && !needsEverything && hintedDevices.isEmpty && hintedNetworks.isEmpty
      && deletedNetworks.isEmpty && hintedGroups.isEmpty
  }

  fileprivate mutating func hear(_ event: LinkEvent, at time: Timestamp) {
    isTouched = true
    links.apply(event)
    switch event {
    case .changed(let link):
      if InterfaceName.isTap(link.name), arrivals[link.index] == nil { arrivals[link.index] = time }
      if InterfaceName.isBridge(link.name) { touchedBridges.insert(link.index) }
    case .deleted(let link): arrivals[link.index] = nil
    case .overrun: isIncomplete = true
    }
  }

  fileprivate mutating func hint<Element: Hashable>(
    _ hints: WritableKeyPath<Self, Set<Element>>, _ element: Element, limit: Int
  ) {
    guard self[keyPath: hints].count < limit else {
      needsEverything = true
      return
    }
    self[keyPath: hints].insert(element)
  }
}
