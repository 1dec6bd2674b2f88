package import Model

/// Decides what is sent when, and what becomes of each event after the answer. It does nothing itself.
///
/// ```
///            next(): there are rows to send          finished(): judge each event
///   idle ------------------------------> in flight -----------------------------> idle
///    |  ^                                                                          |
///    +--+ next(): wait for a wake-up, or until the hold or a retry is over         +-- no answer: hold everything
/// ```
package struct DeliveryPlanner: Sendable {
  package enum Step: Hashable, Sendable {
    case send([PendingEvent])
    /// Until then, or until a row is written; `nil`: only until a row is written.
    case wait(until: Timestamp?)
  }

  /// What becomes of one event.
  package struct Verdict: Hashable, Sendable {
    package var event: PendingEvent
    package var disposition: EventDisposition
  }

  private let policy: DeliveryPolicy
  private var inFlight: [PendingEvent] = []
  /// Nothing is sent before: the Compute service is not there, or the interval between requests has not passed.
  private var heldUntil: Timestamp?
  private var consecutiveFailures = 0
  /// How many of the next requests carry one event only, to find the one that spoils a batch.
  private var singlesLeft = 0

  package init(policy: DeliveryPolicy) {
    self.policy = policy
  }

  /// How many rows to read for the next step.
  package var readLimit: Int { singlesLeft > 0 ? 1 : policy.batchLimit }

  /// - Parameters:
  ///   - sendable: what may be sent now, oldest first, at most ``readLimit``.
  ///   - nextAttempt: when the next of the other rows is due.
  package mutating func next(sendable: [PendingEvent], nextAttempt: Timestamp?, now: Timestamp) -> Step {
    precondition(inFlight.isEmpty, "one request is under way at a time, so that events keep their order")
    if let heldUntil, heldUntil > now {
      return .wait(until: heldUntil)
    }
    guard !sendable.isEmpty else { return .wait(until: nextAttempt) }
    inFlight = Array(sendable.prefix(readLimit))
    return .send(inFlight)
  }

  /// Judges the batch that was in flight.
  ///
  /// - Parameters:
  ///   - chance: from 0 up to 1, for the pauses.
  ///   - now: when the answer came.
  package mutating func finished(_ answer: ComputeAnswer, chance: Double, now: Timestamp) -> [Verdict] {
    let batch = inFlight
    let wasSingle = singlesLeft > 0
    inFlight = []
    singlesLeft = max(0, singlesLeft - 1)
    heldUntil = policy.sendEventsInterval > .zero ? now + policy.sendEventsInterval : nil
    switch answer {
    case .judged(let codes):
      consecutiveFailures = 0
      return batch.enumerated().map { index, event in
        Verdict(event: event, disposition: disposition(of: event, codes[index], in: batch, chance, now))
      }
    case .refused(let status, let message):
      consecutiveFailures = 0
      return refusedWhole(batch, status, message, now)
    case .failed(let status, let message):
      return failed(batch, status: status, "\(status): \(message)", wasSingle: wasSingle, chance, now)
    case .none(let reason):
      return failed(batch, status: nil, reason, wasSingle: false, chance, now)
    }
  }

  private func disposition(
    of event: PendingEvent, _ code: Int?, in batch: [PendingEvent], _ chance: Double, _ now: Timestamp
  ) -> EventDisposition {
    switch code {
    case .some(200): return .delivered(code: 200)
    case .some(let code) where code == 404 || code == 422:
      return refused(event, code: code, in: batch, chance, now)
    case .some(let code):
      return .givenUp(code: code, detail: "the Compute service answered \(code) to this event")
    case nil:
      let pause = policy.refusedBackOff.pause(after: event.attempts + 1, chance: chance)
      return .retry(at: now + pause, code: nil, error: "the answer does not speak of this event")
    }
  }

  private func refused(
    _ event: PendingEvent, code: Int, in batch: [PendingEvent], _ chance: Double, _ now: Timestamp
  ) -> EventDisposition {
    let newer = batch.first {
      $0.id > event.id && $0.portID == event.portID && event.portID != nil
        && $0.event.name.supersedes(event.event.name)
    }
    if let newer {
      return .superseded(code: code, detail: "superseded by event \(newer.id) (\(newer.event.name.rawValue))")
    }
    let meaning = code == 404 ? "the instance is not known" : "the instance has no host"
    if code == 404, event.event.name.tellsOfRemoval {
      return .givenUp(code: code, detail: "\(meaning) any more, and its port was taken from it")
    }
    guard now - (event.refusedSince ?? now) < policy.refusedLifetime else {
      return .givenUp(code: code, detail: "\(meaning), after \(event.attempts + 1) attempts")
    }
    return .retry(
      at: now + policy.refusedBackOff.pause(after: event.attempts + 1, chance: chance), code: code, error: meaning)
  }

  /// One event of a batch may have spoiled it: each is sent alone next, and one that is refused alone is given up.
  private mutating func refusedWhole(
    _ batch: [PendingEvent], _ status: Int, _ message: String, _ now: Timestamp
  ) -> [Verdict] {
    if batch.count == 1 {
      return batch.map { Verdict(event: $0, disposition: .givenUp(code: status, detail: message)) }
    }
    singlesLeft = batch.count
    return batch.map { Verdict(event: $0, disposition: .retry(at: now, code: status, error: message)) }
  }

  private mutating func failed(
    _ batch: [PendingEvent], status: Int?, _ error: String, wasSingle: Bool, _ chance: Double, _ now: Timestamp
  ) -> [Verdict] {
    consecutiveFailures += 1
    let isServerError = status.map { $0 >= 500 } ?? false
    if isServerError, !wasSingle, batch.count > 1, consecutiveFailures >= policy.failuresBeforeSingles {
      singlesLeft = batch.count
    }
    // While the events go one by one, a failure holds up its own event only.
    let failures = wasSingle ? batch.map(\.attempts).max() ?? 0 : consecutiveFailures - 1
    let time = now + policy.unansweredBackOff.pause(after: failures + 1, chance: chance)
    if !(isServerError && wasSingle) { heldUntil = time }
    return batch.map { Verdict(event: $0, disposition: .retry(at: time, code: status, error: error)) }
  }
}

extension InstanceEventName {
  /// An instance that is unknown to the Compute service when it loses a port was deleted; it is not one to come.
  fileprivate var tellsOfRemoval: Bool { self == .networkVIFUnplugged || self == .networkVIFDeleted }
}
