internal import Logging
package import Model

/// How a wait for ports ended.
package enum PlugOutcome: Hashable, Sendable {
  /// Every port is ACTIVE.
  case plugged
  /// These ports were not ACTIVE in time.
  case timedOut([UUID])
  /// An event said that wiring this port failed.
  case failed(UUID)

  /// The outcome, or `nil` if the wait goes on.
  ///
  /// - Parameters:
  ///   - missing: The ports that were not ACTIVE at the last look; `nil` if nobody could look.
  ///   - failed: The ports whose last event said that they failed.
  package static func decide(
    expected: [UUID], missing: [UUID]?, failed: Set<UUID>, endsOnFailure: Bool, isExpired: Bool
  ) -> PlugOutcome? {
    let missing = missing ?? expected
    if missing.isEmpty { return .plugged }
    if endsOnFailure, let port = missing.first(where: failed.contains) { return .failed(port) }
    return isExpired ? .timedOut(missing) : nil
  }
}

/// Waits until the ports of an instance are ACTIVE. The state of the ports decides, an event only says when to look.
package struct PlugWait: Sendable {
  package struct Options: Sendable {
    /// `vif_plugging_timeout`
    package var timeout: Duration
    /// `vif_plugging_is_fatal`
    package var isFatal: Bool
    /// How often the ports are looked at while no event comes: a lost event costs this much.
    package var lookInterval: Duration

    package init(timeout: Duration = .seconds(300), isFatal: Bool = true, lookInterval: Duration = .seconds(3)) {
      (self.timeout, self.isFatal, self.lookInterval) = (timeout, isFatal, lookInterval)
    }
  }

  let wait: EventWait
  let ports: [UUID]
  /// Of ``ports`` those that were ACTIVE all the time since their last plug: nobody has noticed yet that they were
  /// unplugged, so their status says nothing, and only an event does.
  var stale: Set<UUID> = []
  let networking: any NetworkingAPI
  let options: Options
  let clock: any Clock<Duration>
  let logger: Logger

  /// Looks at once, then whenever ``EventWait/wakeUps`` says so, until it is decided.
  ///
  /// - Throws: `CancellationError`, also when the wait was ended from outside.
  func run() async throws -> PlugOutcome {
    try await wait.look(until: options.timeout, every: options.lookInterval, clock) {
      let missing = await missing()
      return PlugOutcome.decide(
        expected: ports, missing: missing, failed: Set(wait.failedTags.compactMap { UUID($0) }),
        endsOnFailure: options.isFatal, isExpired: wait.isExpired)
    }
  }

  /// The ports that are not ACTIVE; `nil` if the Networking service does not say, which is no reason to give up.
  private func missing() async -> [UUID]? {
    do {
      let now = try await networking.ports(of: wait.instanceID)
      let plugged = Set(wait.completedTags.compactMap { UUID($0) })
      return ports.filter { id in
        // A port that was deleted meanwhile, or taken from the instance, will never be plugged.
        guard let port = now.first(where: { $0.id == id }) else { return false }
        return stale.contains(id) && !plugged.contains(id) || port.needsPlugging
      }
    } catch {
      logger.warning(
        "The ports could not be looked at", metadata: ["instance.id": "\(wait.instanceID)", "error": "\(error)"])
      return nil
    }
  }
}

extension EventWait {
  /// Looks at once, then whenever ``wakeUps`` says so and every `interval`, until there is an answer. After `limit` the
  /// wait has expired, and there is one more look.
  ///
  /// - Throws: `CancellationError`, also when the wait was ended from outside.
  func look<Answer>(
    until limit: Duration, every interval: Duration, _ clock: any Clock<Duration>, _ body: () async throws -> Answer?
  ) async throws -> Answer {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await clock.sleep(for: limit)
        self.expire()
      }
      group.addTask {
        while true {
          try await clock.sleep(for: interval)
          self.wake()
        }
      }
      defer { group.cancelAll() }
      wake()
      for await _ in wakeUps {
        let answer = try await body()
        try Task.checkCancellation()
        if let answer { return answer }
      }
      throw CancellationError()
    }
  }
}
