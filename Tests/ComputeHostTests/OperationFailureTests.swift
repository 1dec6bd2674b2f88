import ComputeHost
import HostRPC
import JSON
import Model
import Synchronization
import Testing

/// What fails leaves nothing behind, and takes nothing away that was there before.
@Suite("Operations that fail", .timeLimit(.minutes(1)))
struct OperationFailureTests {
  func report(_ shop: Workshop, _ row: OperationCase) async throws -> FinishOperation.Arguments {
    try await shop.perform(shop.request(row))
    #expect(shop.server.finished.entries.count == 1)
    let report = try #require(shop.server.finished.entries.last)
    #expect(report.fault != nil)
    return report
  }

  private static let image: JSONValue = ["image_id": .string("\(OperationCase.imageID)")]

  @Test(
    "a guest that could not be created is not there, and its instance is not said to run",
    arguments: [
      OperationCase(kind: .start, before: .stopped, guest: nil), OperationCase(kind: .rebootSoft),
      OperationCase(kind: .rebootHard), OperationCase(kind: .rebuild), OperationCase(kind: .rescue),
      OperationCase(kind: .unrescue, before: .rescued),
      OperationCase(kind: .unshelve, before: .shelvedOffloaded, guest: nil),
      OperationCase(kind: .revertResize, leg: .home, before: .resized, guest: nil),
    ])
  func notCreated(_ row: OperationCase) async throws {
    try await Workshop.with(timeout: .zero) { shop in
      try await shop.prepare(row)
      shop.guests.refused.withLock { $0 = ["create"] }
      let report = try await report(shop, row)
      #expect(report.outcome == .failed)
      #expect(report.powerState == .shutDown)
      #expect(
        row.kind.vmState(after: report.outcome, before: row.before, power: report.powerState) != .active
          || row.kind == .rebootSoft)
      #expect(!(await shop.aftermath().files.contains("ID/disk.rescue")))
    }
  }

  @Test("a guest whose ports nobody wires in time does not stay, and the memory of a suspended one does")
  func notPlugged() async throws {
    try await Workshop.with { shop in
      let row = OperationCase(kind: .resume, before: .suspended, guest: nil, files: ["ID/memory.save"])
      try await shop.prepare(row)
      shop.networking.setStatus("DOWN")
      async let ended = shop.perform(shop.request(row))
      await shop.guests.calls.until(.restore(shop.instanceID, paused: true))
      await shop.clock.untilAsleep(Workshop.sleepers)
      shop.clock.advance(by: .seconds(300))
      _ = try await ended
      #expect(shop.server.finished.entries.last?.outcome == .failed)
      let after = await shop.aftermath()
      #expect(after.guest == nil)
      #expect(after.files == ["ID/memory.save"])
    }
  }

  @Test("a guest that runs already is left alone by a start that fails")
  func runsAlready() async throws {
    try await Workshop.with(timeout: .zero) { shop in
      let row = OperationCase(kind: .start, before: .stopped)
      try await shop.prepare(row)
      shop.networking.isDown.withLock { $0 = true }
      _ = try await report(shop, row)
      #expect(await shop.aftermath().guest == .running)
    }
  }

  @Test(
    "a port that could not be attached is given back, or deleted if it was made for that", arguments: [true, false])
  func notAttached(isGiven: Bool) async throws {
    let other = OperationCase.otherPort
    try await Workshop.with(timeout: .zero) { shop in
      let row = OperationCase(
        kind: .attachInterface,
        arguments: isGiven ? ["port_id": .string("\(other.id)")] : ["network_id": .string("\(other.networkID)")])
      try await shop.prepare(row)
      let before = await shop.aftermath()
      shop.guests.refused.withLock { $0 = ["attach"] }
      let report = try await report(shop, row)
      #expect(report.outcome == .rolledBack)
      let after = await shop.aftermath()
      #expect(after.ports == before.ports)
      #expect(after.interfaces == 1)
      #expect(after.guest == .running)
    }
  }

  @Test("a port that does not exist is nobody's")
  func noPort() async throws {
    try await Workshop.with(timeout: .zero) { shop in
      let row = OperationCase(kind: .attachInterface, arguments: ["port_id": .string("\(UUID())")])
      try await shop.prepare(row)
      #expect(try await report(shop, row).outcome == .rolledBack)
      #expect(await shop.aftermath().interfaces == 1)
    }
  }

  @Test("an image that could not be written goes, and the guest goes on", arguments: [OperationKind.snapshot, .shelve])
  func noImage(_ kind: OperationKind) async throws {
    try await Workshop.with(timeout: .zero) { shop in
      let row = OperationCase(kind: kind, arguments: Self.image, files: ["ID/disk"])
      try await shop.prepare(row)
      shop.images.refusal.withLock { $0 = ImageError("full") }
      let report = try await report(shop, row)
      #expect(report.outcome == .rolledBack)
      #expect(report.powerState == .running)
      let after = await shop.aftermath()
      #expect(after.images.isEmpty)
      #expect(after.files == ["ID/disk"])
    }
  }
}
