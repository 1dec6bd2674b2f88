internal import HostRPC
internal import Logging
internal import Model
internal import Netlink

/// Works the agenda off: a few networks at a time, each by one at a time, and those that failed again later.
struct NetworkLoop<C: Clock>: Sendable where C.Duration == Duration {
  typealias Outcome = Result<NetworkWork.Service?, any Error>
  /// What waits for something: for the end of a dnsmasq, or of a pause.
  typealias Waiters = ThrowingDiscardingTaskGroup<any Error>

  private let configuration: DHCPAgentConfiguration
  private let work: NetworkWork
  private let agenda: NetworkAgenda
  private let clock: C
  private let logger: Logger
  private let counts: ServiceCounts
  private var services: [UUID: NetworkWork.Service] = [:]
  /// The processes whose end is waited for.
  private var watched: [UUID: NamespaceProcess] = [:]
  /// Of the comparison (`nil`) and of the networks that have failed.
  private var pauses: Pauses

  init(
    _ configuration: DHCPAgentConfiguration, _ work: NetworkWork, agenda: NetworkAgenda, counts: ServiceCounts,
    clock: C, logger: Logger
  ) {
    (self.configuration, self.work, self.agenda, self.counts) = (configuration, work, agenda, counts)
    (self.clock, self.logger) = (clock, logger)
    pauses = Pauses(first: configuration.resyncInterval, longest: configuration.longestPause)
  }

  /// Runs until the task is cancelled. What is served then stays served.
  mutating func run() async throws {
    try await withThrowingDiscardingTaskGroup { waiters in
      for await _ in agenda.wakeUps {
        let causes = await causes(agenda.take(), &waiters)
        for (id, outcome) in await perform(causes) { note(outcome, of: id, &waiters) }
        counts.set(services.values.map(\.plan.served.network))
      }
      try Task.checkCancellation()
    }
  }

  private mutating func causes(
    _ items: NetworkAgenda.Items, _ waiters: inout Waiters
  ) async -> [UUID: NetworkWork.Cause] {
    if items.everythingAgain { pauses.ended(of: nil) }
    for id in items.networksAgain { pauses.ended(of: id) }
    if items.everything || items.everythingAgain, let all = await everything(&waiters) { return all }
    var causes: [UUID: NetworkWork.Cause] = [:]
    for id in items.ended { causes[id] = .end }
    for (id, ports) in items.networks { causes[id] = .question(ports) }
    for id in items.networksAgain { causes[id] = .question(.all) }
    return causes
  }

  /// What is to be done if all is compared: networks that the server gives to this host, and those of which something is
  /// left here. `nil` if the server is away.
  private mutating func everything(_ waiters: inout Waiters) async -> [UUID: NetworkWork.Cause]? {
    do {
      let networks = try await work.server.activeNetworks(.init(host: configuration.host))
      pauses.forget(nil)
      var causes = Dictionary(work.installer.installed.map { ($0, NetworkWork.Cause.removal) }) { first, _ in first }
      for network in networks { causes[network.id] = .answer(network) }
      return causes
    } catch {
      logger.warning(
        "Could not ask for the networks to serve",
        metadata: ["host": "\(configuration.host)", "error": "\(error)"])
      if let pause = pauses.begin(of: nil) {
        waiters.addTask { [agenda, clock] in
          try await clock.sleep(for: pause)
          agenda.tryEverythingAgain()
        }
      }
      return nil
    }
  }

  private func perform(_ causes: [UUID: NetworkWork.Cause]) async -> [(UUID, Outcome)] {
    var waiting = causes.sorted { $0.key.description < $1.key.description }.makeIterator()
    var outcomes: [(UUID, Outcome)] = []
    await withTaskGroup(of: (UUID, Outcome).self) { group in
      func start(_ item: (key: UUID, value: NetworkWork.Cause)?) {
        guard let item else { return }
        group.addTask { [work, known = services[item.key]] in
          do {
            return (item.key, .success(try await work.perform(item.value, on: item.key, known: known)))
          } catch {
            return (item.key, .failure(error))
          }
        }
      }
      for _ in 0..<configuration.concurrency { start(waiting.next()) }
      while let outcome = await group.next() {
        outcomes.append(outcome)
        start(waiting.next())
      }
    }
    return outcomes
  }

  private mutating func note(_ outcome: Outcome, of id: UUID, _ waiters: inout Waiters) {
    switch outcome {
    case .success(let service):
      pauses.forget(id)
      if service == nil, services[id] != nil {
        logger.info("A network is served no more", metadata: ["network.id": "\(id)"])
      }
      services[id] = service
      if let service { watch(service.process, of: id, &waiters) } else { watched[id] = nil }
    case .failure(let error):
      guard !(error is CancellationError) else { return }
      logger.warning("A network is not served as it should be", metadata: ["network.id": "\(id)", "error": "\(error)"])
      services[id]?.isCertain = false
      if error is NetworkWork.RemovalFailure { services[id] = nil }
      guard let pause = pauses.begin(of: id) else { return }
      waiters.addTask { [agenda, clock] in
        try await clock.sleep(for: pause)
        agenda.tryAgain(id)
      }
    }
  }

  /// One that ends although nobody asked it to is started again.
  private mutating func watch(_ process: NamespaceProcess, of id: UUID, _ waiters: inout Waiters) {
    if let old = watched[id], old.id == process.id, !old.hasEnded {
      // The descriptors of the one that is waited for are enough.
      services[id]?.process = old
      return
    }
    logger.info("A network is served", metadata: ["network.id": "\(id)", "dnsmasq.pid": "\(process.id)"])
    watched[id] = process
    waiters.addTask { [agenda] in
      await process.ended()
      try Task.checkCancellation()
      agenda.hasEnded(dnsmasqOf: id)
    }
  }
}
