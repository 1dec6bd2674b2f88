import EventDelivery
import Model
import Testing

@Suite struct DeliveryPlannerTests {
  let now = Timestamp(microseconds: 1_800_000_000_000_000)
  let port = UUID()

  func event(
    _ id: Int, _ name: InstanceEventName = .networkVIFPlugged, port: UUID? = nil, attempts: Int = 0,
    refusedSince: Timestamp? = nil
  ) -> PendingEvent {
    let port = port ?? UUID()
    return PendingEvent(
      id: id, portID: port, event: InstanceEvent(name: name, instanceID: UUID(), tag: port.description),
      createdAt: now, attempts: attempts, refusedSince: refusedSince)
  }

  /// The dispositions after `batch` was answered.
  func dispositions(of batch: [PendingEvent], after answer: ComputeAnswer) -> [EventDisposition] {
    var planner = DeliveryPlanner(policy: DeliveryPolicy())
    #expect(planner.next(sendable: batch, nextAttempt: nil, now: now) == .send(batch))
    return planner.finished(answer, chance: 0.5, now: now).map(\.disposition)
  }

  @Test("an idle planner sends at once what there is, and waits for a row or a retry when there is nothing")
  func idle() {
    var planner = DeliveryPlanner(policy: DeliveryPolicy())
    let later = now + .seconds(3)
    #expect(planner.next(sendable: [], nextAttempt: nil, now: now) == .wait(until: nil))
    #expect(planner.next(sendable: [], nextAttempt: later, now: now) == .wait(until: later))
    let one = event(1)
    #expect(planner.next(sendable: [one], nextAttempt: later, now: now) == .send([one]))
  }

  @Test("a batch has at most a hundred events, the oldest first")
  func limit() {
    var planner = DeliveryPlanner(policy: DeliveryPolicy())
    let events = (1...150).map { event($0) }
    #expect(planner.next(sendable: events, nextAttempt: nil, now: now) == .send(Array(events.prefix(100))))
  }

  @Test("the interval between requests is kept when there is one")
  func interval() {
    var policy = DeliveryPolicy()
    policy.sendEventsInterval = .seconds(2)
    var planner = DeliveryPlanner(policy: policy)
    _ = planner.next(sendable: [event(1)], nextAttempt: nil, now: now)
    _ = planner.finished(.judged([200]), chance: 0, now: now)
    let next = event(2)
    #expect(planner.next(sendable: [next], nextAttempt: nil, now: now) == .wait(until: now + .seconds(2)))
    #expect(planner.next(sendable: [next], nextAttempt: nil, now: now + .seconds(2)) == .send([next]))
  }

  @Test(
    "each code of an answer has its consequence",
    arguments: [
      (200, EventDisposition.delivered(code: 200)),
      (400, .givenUp(code: 400, detail: "the Compute service answered 400 to this event")),
      (
        404,
        .retry(
          at: Timestamp(microseconds: 1_800_000_000_200_000), code: 404, error: "the instance is not known")
      ),
      (
        422,
        .retry(
          at: Timestamp(microseconds: 1_800_000_000_200_000), code: 422, error: "the instance has no host")
      ),
    ])
  func codes(_ code: Int, _ expected: EventDisposition) {
    #expect(dispositions(of: [event(1)], after: .judged([code])) == [expected])
  }

  @Test("an event that the answer does not speak of is sent again")
  func silence() {
    #expect(
      dispositions(of: [event(1)], after: .judged([nil])) == [
        .retry(at: now + .milliseconds(200), code: nil, error: "the answer does not speak of this event")
      ])
  }

  @Test("an event is refused for a bounded time, and then given up")
  func bounded() {
    let old = event(1, attempts: 12, refusedSince: now - .seconds(60))
    #expect(
      dispositions(of: [old], after: .judged([422])) == [
        .givenUp(code: 422, detail: "the instance has no host, after 13 attempts")
      ])
    let young = event(1, attempts: 12, refusedSince: now - .seconds(59))
    #expect(
      dispositions(of: [young], after: .judged([422])) == [
        .retry(at: now + .seconds(10), code: 422, error: "the instance has no host")
      ])
  }

  @Test(
    "a port that leaves an instance which is unknown is not announced again",
    arguments: [
      InstanceEventName.networkVIFUnplugged, .networkVIFDeleted,
    ])
  func removal(_ name: InstanceEventName) {
    #expect(
      dispositions(of: [event(1, name)], after: .judged([404])) == [
        .givenUp(code: 404, detail: "the instance is not known any more, and its port was taken from it")
      ])
  }

  @Test("a refused event gives way to a newer one of its port in the same batch")
  func superseded() {
    let batch = [
      event(1, .networkVIFPlugged, port: port), event(2, .networkVIFUnplugged, port: port), event(3),
    ]
    #expect(
      dispositions(of: batch, after: .judged([422, 200, 200])) == [
        .superseded(code: 422, detail: "superseded by event 2 (network-vif-unplugged)"), .delivered(code: 200),
        .delivered(code: 200),
      ])
  }

  @Test("a change of a port's data does not make its plugging pointless")
  func notSuperseded() {
    let batch = [event(1, .networkVIFPlugged, port: port), event(2, .networkChanged, port: port)]
    #expect(
      dispositions(of: batch, after: .judged([422, 422])).first
        == .retry(at: now + .milliseconds(200), code: 422, error: "the instance has no host"))
  }

  @Test("while nobody answers, everything is held, with pauses that double up to the longest")
  func backOff() {
    var planner = DeliveryPlanner(policy: DeliveryPolicy())
    var time = now
    var pauses: [Duration] = []
    for attempt in 0..<8 {
      let one = event(1, attempts: attempt)
      #expect(planner.next(sendable: [one], nextAttempt: nil, now: time) == .send([one]))
      guard
        case .retry(let next, nil, "refused")? =
          planner.finished(.none(reason: "refused"), chance: 0.5, now: time).first?.disposition
      else {
        Issue.record("an event that was not answered is kept")
        return
      }
      #expect(planner.next(sendable: [event(9)], nextAttempt: nil, now: time) == .wait(until: next))
      pauses.append(next - time)
      time = next
    }
    #expect(pauses == [100, 200, 400, 800, 1600, 3200, 5000, 5000].map { .milliseconds($0) })
  }

  @Test("chance moves a pause by a quarter at most", arguments: [(0.0, 75), (0.5, 100), (0.999_999, 125)])
  func jitter(_ chance: Double, _ milliseconds: Int) {
    let pause = BackOff(first: .milliseconds(100), longest: .seconds(5)).pause(after: 1, chance: chance)
    #expect(abs((pause - .milliseconds(milliseconds)) / .milliseconds(1)) < 0.1)
  }

  @Test("an answer of 401 or 503 keeps the events", arguments: [401, 403, 429, 500, 503])
  func failures(_ status: Int) {
    #expect(
      dispositions(of: [event(1), event(2)], after: .failed(status: status, message: "no"))
        == Array(repeating: .retry(at: now + .milliseconds(100), code: status, error: "\(status): no"), count: 2))
  }

  @Test("a body that is refused as a whole is sent again event by event, and the one to blame is given up")
  func poison() {
    var planner = DeliveryPlanner(policy: DeliveryPolicy())
    let batch = [event(1), event(2)]
    _ = planner.next(sendable: batch, nextAttempt: nil, now: now)
    let verdicts = planner.finished(.refused(status: 400, message: "bad"), chance: 0, now: now)
    #expect(verdicts.allSatisfy { $0.disposition == .retry(at: now, code: 400, error: "bad") })
    #expect(planner.readLimit == 1)
    #expect(planner.next(sendable: batch, nextAttempt: nil, now: now) == .send([batch[0]]))
    #expect(
      planner.finished(.refused(status: 400, message: "bad"), chance: 0, now: now).map(\.disposition) == [
        .givenUp(code: 400, detail: "bad")
      ])
    #expect(planner.next(sendable: [batch[1]], nextAttempt: nil, now: now) == .send([batch[1]]))
    #expect(planner.finished(.judged([200]), chance: 0, now: now).map(\.disposition) == [.delivered(code: 200)])
    #expect(planner.readLimit == 100)
  }

  @Test("an event that the Compute service cannot bear does not hold up the others for ever")
  func unbearable() {
    var planner = DeliveryPlanner(policy: DeliveryPolicy())
    var time = now
    let batch = [event(1), event(2)]
    for _ in 0..<3 {
      #expect(planner.next(sendable: batch, nextAttempt: nil, now: time) == .send(batch))
      _ = planner.finished(.failed(status: 500, message: "oops"), chance: 0.5, now: time)
      time = time + .seconds(10)
    }
    #expect(planner.next(sendable: batch, nextAttempt: nil, now: time) == .send([batch[0]]))
    _ = planner.finished(.failed(status: 500, message: "oops"), chance: 0.5, now: time)
    #expect(planner.next(sendable: [batch[1]], nextAttempt: nil, now: time) == .send([batch[1]]))
  }
}
