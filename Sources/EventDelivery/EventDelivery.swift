import JSON
package import Logging
import Model
package import OpenStackHTTP
import ServiceLifecycle
package import Store

/// Tells the Compute service what stands in `pending_events`, in order, until each event is acknowledged or given up.
///
/// It sends at once when it is idle; what is written while a request is under way is the next batch. An event is marked
/// after the answer, so one whose mark is lost in a crash is sent twice and never not at all.
package struct EventDelivery: Service {
  private let store: Store
  private let wakeUp: TableWakeUp
  private let client: @Sendable () async throws -> ServiceClient
  private let policy: DeliveryPolicy
  private let clock: DeliveryClock
  private let logger: Logger

  /// - Parameters:
  ///   - wakeUp: the listener that ``makeWakeUp()`` made, and that the store was given.
  ///   - client: the Compute service's endpoint without a version, such as `http://127.0.0.1:8774`; asked for before
  ///     each request, because its port may be known late, and because a catalog elsewhere may not answer now, or name
  ///     another place tomorrow. When it throws, the events wait as they do when there is no answer.
  package init(
    store: Store, wakeUp: TableWakeUp, client: @escaping @Sendable () async throws -> ServiceClient,
    policy: DeliveryPolicy = DeliveryPolicy(), clock: DeliveryClock = .system, logger: Logger
  ) {
    self.store = store
    self.wakeUp = wakeUp
    self.client = client
    self.policy = policy
    self.clock = clock
    self.logger = logger
  }

  /// The listener that must be among those the store is opened with.
  package static func makeWakeUp() -> TableWakeUp { TableWakeUp(table: "pending_events") }

  /// Delivers until the task is cancelled or the service group shuts down gracefully.
  package func run() async throws {
    try await cancelWhenGracefulShutdown {
      do {
        try await forgetOldDeliveries()
        var planner = DeliveryPlanner(policy: policy)
        while !Task.isCancelled { try await advance(&planner) }
      } catch is CancellationError {
        return
      }
    }
  }

  private func forgetOldDeliveries() async throws {
    let oldest = clock.now() - policy.deliveriesLifetime
    try await retrying("Old deliveries cannot be forgotten") {
      try await store.write { try $0.forgetDeliveries(before: oldest) }
    }
  }

  private func advance(_ planner: inout DeliveryPlanner) async throws {
    let now = clock.now()
    let limit = planner.readLimit
    let (sendable, nextAttempt) = try await rows(at: now, limit: limit)
    switch planner.next(sendable: sendable, nextAttempt: nextAttempt, now: now) {
    case .send(let batch):
      let sentAt = clock.now()
      let answer = await post(batch)
      // What was under way when the task was cancelled has not been answered: the next start sends it again.
      try Task.checkCancellation()
      let verdicts = planner.finished(answer, chance: clock.chance(), now: clock.now())
      try await mark(verdicts, sentAt: sentAt)
    case .wait(nil):
      await wakeUp.wait()
    case .wait(.some(let time)):
      let clock = clock
      await wakeUp.wait { try await clock.sleep(time) }
    }
  }

  private func rows(at now: Timestamp, limit: Int) async throws -> ([PendingEvent], Timestamp?) {
    try await retrying("The outbox cannot be read") {
      try await store.read { snapshot in
        let sendable = try snapshot.sendableEvents(at: now, limit: limit)
        return (sendable, sendable.isEmpty ? try snapshot.nextEventAttempt(after: now) : nil)
      }
    }
  }

  private func post(_ batch: [PendingEvent]) async -> ComputeAnswer {
    let version = batch.map(\.event.name.minimumMicroversion).max() ?? 1
    do {
      let answer = try await client().call(
        .post, "/v2.1/os-server-external-events", body: Self.body(of: batch),
        headers: [("OpenStack-API-Version", "compute 2.\(version)"), ("X-OpenStack-Nova-API-Version", "2.\(version)")],
        deadline: policy.requestDeadline)
      return ComputeAnswer(answer, to: batch)
    } catch {
      return .none(reason: "\(error)")
    }
  }

  private static func body(of batch: [PendingEvent]) -> JSONValue {
    let events = batch.map { pending in
      var event = JSONObject()
      event["server_uuid"] = .string(pending.event.instanceID.description)
      event["name"] = .string(pending.event.name.rawValue)
      event["status"] = .string(pending.event.status.rawValue)
      event["tag"] = pending.event.tag.map(JSONValue.string)
      return JSONValue.object(event)
    }
    return ["events": .array(events)]
  }

  private func mark(_ verdicts: [DeliveryPlanner.Verdict], sentAt: Timestamp) async throws {
    try await retrying("What became of events cannot be written") {
      try await store.write { transaction in
        for verdict in verdicts {
          try transaction.settle(verdict.event.id, as: verdict.disposition, sentAt: sentAt)
        }
      }
    }
    for verdict in verdicts { log(verdict) }
  }

  /// The database may be busy or its disk full for a while; the delivery waits for it, since nothing else would send
  /// the events.
  private func retrying<T: Sendable>(_ complaint: Logger.Message, _ body: () async throws -> T) async throws -> T {
    var failures = 0
    while true {
      do {
        return try await body()
      } catch let error as StoreError where error.code == .closed {
        throw error
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        failures += 1
        logger.error(complaint, metadata: ["error.reason": "\(error)", "attempt": "\(failures)"])
        let pause = policy.unansweredBackOff.pause(after: failures, chance: clock.chance())
        try await clock.sleep(clock.now() + pause)
      }
    }
  }

  private func log(_ verdict: DeliveryPlanner.Verdict) {
    var metadata: Logger.Metadata = [
      "event.id": "\(verdict.event.id)", "event.name": "\(verdict.event.event.name.rawValue)",
      "instance.id": "\(verdict.event.event.instanceID)",
    ]
    if let portID = verdict.event.portID { metadata["port.id"] = "\(portID)" }
    switch verdict.disposition {
    case .delivered:
      logger.debug("An event was delivered", metadata: metadata)
    case .superseded(_, let detail):
      metadata["event.detail"] = "\(detail)"
      logger.info("A refused event was superseded", metadata: metadata)
    case .givenUp(_, let detail):
      metadata["event.detail"] = "\(detail)"
      logger.warning("An event was given up", metadata: metadata)
    case .retry(let time, _, let error):
      metadata["event.retry_at"] = "\(time)"
      metadata["error.reason"] = "\(error)"
      logger.info("An event was not delivered and will be sent again", metadata: metadata)
    }
  }
}
