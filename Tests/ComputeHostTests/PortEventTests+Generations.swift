import ComputeHost
import Model
import Testing

extension PortEventTests {
  // MARK: Generations

  @Test(
    "a port whose earlier plug was not seen to end is waited for until an event, whatever its status",
    arguments: PortEventTable.again)
  func unnoticed(_ operation: PortEventTable.Operation) async throws {
    try await Workshop.with { shop in
      let scene = try await PortEventScene(operation, in: shop)
      async let ended = scene.perform()
      await shop.clock.untilAsleep(2)
      shop.clock.advance(by: .seconds(10))
      await scene.untilPluggedAgain()
      await scene.untilLooked { shop.clock.advance(by: shop.options.lookInterval) }
      #expect(!scene.hasEnded)
      #expect(scene.isHeldBack)
      scene.event()
      #expect(try await ended == .done)
    }
  }

  @Test(
    "an event of the earlier plug that comes before that was seen to end is nobody's", arguments: PortEventTable.again)
  func whileSettling(_ operation: PortEventTable.Operation) async throws {
    try await Workshop.with { shop in
      let scene = try await PortEventScene(operation, in: shop)
      async let ended = scene.perform()
      await shop.clock.untilAsleep(2)
      #expect(!scene.event())
      #expect(!shop.guests.calls.entries.contains { $0.verb == "create" || $0.verb == "restore" })
      await scene.untilWaiting()
      #expect(scene.isHeldBack)
      scene.plug()
      #expect(try await ended == .done)
    }
  }
}
