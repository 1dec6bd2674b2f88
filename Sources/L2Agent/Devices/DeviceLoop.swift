import HostRPC
import Logging
import Model
import Netlink

/// The agent's one loop: look at what is, ask what should be, act on the difference, wait until something was told or the
/// next thing is due.
struct DeviceLoop<C: Clock> where C.Duration == Duration {
  let configuration: AgentConfiguration
  let bridging: Bridging
  let firewall: Firewall
  let shaping: TrafficShaping
  let server: any ServerConnection
  let news: News
  let removals: AsyncStream<[Link]>.Continuation
  let clock: C
  let now: @Sendable () -> Timestamp
  let logger: Logger
  let agentID: String

  /// How the links stand, as far as the events and the loop's own changes tell.
  var links = LinkTable()
  var arrivals: [Int32: Timestamp] = [:]
  var book: DeviceBook<C.Instant>
  private var idleBridges: IdleBridges<C.Instant>
  private var population: Population
  private var listedAt: C.Instant?
  /// When all of every link was last compared, and whether something of a link was told since.
  private var comparedAt: C.Instant?
  private var isTouched = false
  /// Nothing is asked before the stream of hints is there for the first time, for everything would be asked twice.
  private var hasServer = false
  /// Groups of which the server said that they have changed, and what it knows of them was not yet asked for.
  var staleGroups: Set<String> = []
  /// When to ask for them again after it did not work.
  var groupsDue: C.Instant?
  /// When it was last looked whether the firewall's rules are in the kernel.
  var filtersSeenAt: C.Instant?
  /// Whether the firewall has rules for devices that are not there.
  var hasStaleFilters = true

  init(
    _ configuration: AgentConfiguration, _ bridging: Bridging, firewall: Firewall, shaping: TrafficShaping,
    server: any ServerConnection, news: News, removals: AsyncStream<[Link]>.Continuation, clock: C,
    now: @escaping @Sendable () -> Timestamp, logger: Logger, agentID: String
  ) {
    self.configuration = configuration
    self.bridging = bridging
    self.firewall = firewall
    self.shaping = shaping
    self.server = server
    self.news = news
    self.removals = removals
    self.clock = clock
    self.now = now
    self.logger = logger
    self.agentID = agentID
    book = DeviceBook(
      retryPause: configuration.retryPause, longestRetryPause: configuration.longestRetryPause,
      unknownPause: configuration.unknownPause, longestUnknownPause: configuration.longestUnknownPause)
    idleBridges = IdleBridges(configuration)
    population = bridging.population(logger: logger)
  }

  /// Runs until the task is cancelled. What is wired then stays wired.
  mutating func run() async throws {
    var rings = news.rings.makeAsyncIterator()
    while true {
      try Task.checkCancellation()
      let comparesEverything = look()
      await mendFilters()
      await dropStaleFilters()
      if hasServer {
        await reportDepartures()
        await refreshGroups()
        await treat(Array(book.dueDevices(now: clock.now).prefix(configuration.processingStep)))
      }
      if population.settle(news.population, links: links, everything: comparesEverything) { news.ring() }
      await wait(for: &rings)
    }
  }

  /// Compares the taps that are there with those of the last look. Returns whether hints may have been lost.
  private mutating func look() -> Bool {
    var report = news.take()
    let start = clock.now
    var strays: Set<String> = []
    let isDue = listedAt.map { $0.duration(to: start) >= configuration.pollingInterval } ?? true
    isTouched = isTouched || report.isTouched
    if isDue, isAsCompared(report, at: start) {
      listedAt = start
      sweep(report, at: start)
      return false
    }
    if report.isIncomplete || isDue {
      // Also if it fails: the next comparison is soon enough.
      (listedAt, comparedAt) = (start, start)
      isTouched = false
      do {
        report.links = try bridging.listLinks()
        report.arrivals = news.listed(report.links, at: now())
        strays = try bridging.strays(among: book.wired.values, links: report.links)
      } catch {
        logger.error("Could not list the host's interfaces", metadata: ["error": "\(error)"])
      }
    }
    links = report.links
    arrivals = report.arrivals
    if report.needsEverything {
      hasServer = true
      book.forgetPauses(now: start)
    }
    let taps = links.links.filter { InterfaceName.isTap($0.name) }
    let onHintedNetworks = book.wired.values.filter { report.hintedNetworks.contains($0.networkID) }.map(\.device)
    let scan = DeviceScan(
      previous: book.current, current: Dictionary(taps.map { ($0.name, $0.index) }) { $1 },
      hinted: report.hintedDevices.union(onHintedNetworks).union(strays), everything: report.needsEverything)
    book.take(scan, now: start)
    if !scan.removed.isEmpty { hasStaleFilters = true }
    if !report.hintedGroups.isEmpty { groupsDue = start }
    staleGroups.formUnion(report.hintedGroups)
    sweep(report, at: start)
    return report.needsEverything
  }

  /// Whether there is nothing to compare: nothing was told since the last comparison of everything, that was not long ago,
  /// and the host has the same links by name. A host with thousands of quiet taps costs next to nothing so.
  private func isAsCompared(_ report: News.Report, at start: C.Instant) -> Bool {
    guard !isTouched, report.isQuiet,
      let comparedAt, comparedAt.duration(to: start) < configuration.fullComparisonInterval
    else { return false }
    return LinkNames.areThose(of: report.links)
  }

  /// Hands over what nothing uses any more to be deleted in the background.
  private mutating func sweep(_ report: News.Report, at start: C.Instant) {
    let doomed = idleBridges.doomed(
      in: links, touched: report.touchedBridges, deletedNetworks: report.deletedNetworks, addressed: [], now: start)
    guard !doomed.isEmpty else { return }
    do {
      // The events may be late; the kernel is asked once more before anything is deleted.
      let confirmed = idleBridges.doomed(
        in: try bridging.listLinks(), touched: [], deletedNetworks: report.deletedNetworks,
        addressed: try bridging.addressedLinks(), now: start)
      idleBridges.keep(doomed, until: start)
      if !confirmed.isEmpty { removals.yield(confirmed) }
    } catch {
      logger.error("Could not list the host's interfaces", metadata: ["error": "\(error)"])
    }
  }

  /// Waits for a ring, but not beyond the time when something is due.
  private func wait(for rings: inout AsyncStream<Void>.AsyncIterator) async {
    let start = clock.now
    let nextListing = listedAt?.advanced(by: configuration.pollingInterval)
    let due = [nextListing, hasServer ? book.nextDue : nil, hasServer ? groupsDue : nil, idleBridges.nextDue]
      .compactMap { $0 }.min()
    // With more devices than one step takes, the next step is due already.
    let deadline = due ?? start.advanced(by: configuration.pollingInterval)
    if deadline <= start { return }
    await withTaskGroup(of: Void.self) { [clock, news] group in
      group.addTask {
        do {
          try await clock.sleep(until: deadline, tolerance: nil)
          news.ring()
        } catch {
          // Somebody rang before.
        }
      }
      _ = await rings.next()
      group.cancelAll()
    }
  }
}
