import HostRPC
import Logging
import Model
import Netlink

/// The agent's one loop: look at what is, ask what should be, act on the difference, wait until something was told or the
/// next thing is due.
struct DeviceLoop<C: Clock> where C.Duration == Duration {
  let configuration: AgentConfiguration
  let bridging: Bridging
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
  private var listedAt: C.Instant?
  /// Nothing is asked before the stream of hints is there for the first time, for everything would be asked twice.
  private var hasServer = false

  init(
    _ configuration: AgentConfiguration, _ bridging: Bridging, server: any ServerConnection, news: News,
    removals: AsyncStream<[Link]>.Continuation, clock: C, now: @escaping @Sendable () -> Timestamp, logger: Logger,
    agentID: String
  ) {
    self.configuration = configuration
    self.bridging = bridging
    self.server = server
    self.news = news
    self.removals = removals
    self.clock = clock
    self.now = now
    self.logger = logger
    self.agentID = agentID
    book = DeviceBook(
      retryPause: configuration.retryPause, longestRetryPause: configuration.longestRetryPause)
    idleBridges = IdleBridges(configuration)
  }

  /// Runs until the task is cancelled. What is wired then stays wired.
  mutating func run() async throws {
    var rings = news.rings.makeAsyncIterator()
    while true {
      try Task.checkCancellation()
      look()
      if hasServer {
        await reportDepartures()
        await treat(Array(book.dueDevices(now: clock.now).prefix(configuration.processingStep)))
      }
      await wait(for: &rings)
    }
  }

  /// Compares the taps that are there with those of the last look.
  private mutating func look() {
    var report = news.take()
    let start = clock.now
    var strays: Set<String> = []
    if report.isIncomplete || listedAt.map({ $0.duration(to: start) >= configuration.pollingInterval }) ?? true {
      // Also if it fails: the next comparison is soon enough.
      listedAt = start
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
    sweep(report, at: start)
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
    let due = [nextListing, hasServer ? book.nextDue : nil, idleBridges.nextDue].compactMap { $0 }.min()
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
