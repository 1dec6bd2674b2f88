import ComputeHost
import HostRPC
import JSON
import Model
import Synchronization
import Testing

@Suite("Operations on a host", .timeLimit(.minutes(1)))
struct OperationPerformerTests {
  @Test("each kind and leg has a case")
  func complete() {
    for kind in OperationKind.allCases {
      let undoing = kind.legs.compactMap(kind.leg(afterFailureOf:))
      for leg in kind.legs + undoing {
        #expect(OperationCase.all.contains { $0.kind == kind && $0.leg == leg }, "\(kind.rawValue) \(leg.rawValue)")
      }
    }
  }

  @Test("each leg does what it is for, and tells the server", arguments: OperationCase.all)
  func done(_ row: OperationCase) async throws {
    try await Workshop.with(timeout: .zero) { shop in
      try await shop.prepare(row)
      #expect(try await shop.perform(shop.request(row)) == .active)
      #expect(shop.guests.calls.entries.map(\.verb) == row.calls)
      #expect(shop.server.operationSteps.entries == row.steps)
      let report = try #require(shop.server.finished.entries.last)
      #expect(shop.server.finished.entries.count == 1)
      #expect(report.outcome == .done)
      #expect(report.fault == nil)
      #expect(report.powerState == row.power)
      #expect(await shop.aftermath().files == Set(row.filesAfter))
    }
  }

  @Test("a leg that is not wanted any more does nothing", arguments: OperationCase.all)
  func notCurrent(_ row: OperationCase) async throws {
    try await Workshop.with(timeout: .zero) { shop in
      try await shop.prepare(row)
      let before = await shop.aftermath()
      shop.server.standing.withLock { $0.isCurrent = false }
      #expect(try await shop.perform(shop.request(row)) == nil)
      #expect(await shop.aftermath() == before)
      #expect(shop.guests.calls.entries.isEmpty)
      #expect(shop.networking.calls.entries.isEmpty)
      #expect(shop.server.finished.entries.isEmpty)
    }
  }

  /// The next process gets the same request and goes on.
  @Test(
    "a process that ends after any effect leaves the next one to bring about the same, once",
    arguments: OperationCase.all)
  func crashes(_ row: OperationCase) async throws {
    let undisturbed = try await outcome(row, endingAt: nil)
    var number = 0
    while let disturbed = try await outcome(row, endingAt: number), number < 40 {
      #expect(disturbed == undisturbed, "ended after effect \(number)")
      number += 1
    }
    #expect(number > 0)
  }

  private struct Outcome: Equatable {
    var aftermath: Aftermath
    /// How often a guest or a port was made, or an image written.
    var made: Int
    var finished: Int
  }

  /// - Returns: `nil` if there is no effect of this number.
  private func outcome(_ row: OperationCase, endingAt effect: Int?) async throws -> Outcome? {
    let found = Mutex<Outcome?>(nil)
    try await Workshop.with(timeout: .zero) { shop in
      try await shop.prepare(row)
      let request = shop.request(row)
      if let effect {
        guard try await shop.fuse.ending(atEffect: effect, { _ = try await shop.perform(request) }) else { return }
      }
      try await shop.perform(request)
      let guests = shop.guests.calls.entries.count { ["create", "restore", "attach", "migrate"].contains($0.verb) }
      let ports = shop.networking.calls.entries.count { if case .create = $0 { true } else { false } }
      let aftermath = await shop.aftermath()
      found.withLock {
        $0 = Outcome(
          aftermath: aftermath, made: guests + ports + shop.images.uploads.entries.count,
          finished: shop.server.finished.entries.count)
      }
    }
    return found.withLock { $0 }
  }

  @Test("a guest that does not hear that it is to shut down is ended when its time is over")
  func deaf() async throws {
    try await Workshop.with(timeout: .zero) { shop in
      let row = OperationCase(kind: .stop)
      try await shop.prepare(row)
      shop.guests.isDeaf.withLock { $0 = true }
      async let ended = shop.perform(shop.request(row))
      await shop.clock.untilAsleep(1)
      #expect(shop.guests.calls.entries.map(\.verb) == ["shutDown"])
      shop.clock.advance(by: .seconds(60))
      #expect(try await ended == .active)
      #expect(shop.guests.calls.entries.map(\.verb) == ["shutDown", "destroy"])
    }
  }
}
