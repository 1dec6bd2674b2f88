import HostRPC
import JSON
import Logging
import Model
import Store
import Support
import Testing

@testable import ComputeService

extension OperationTests {
  // MARK: Moves

  @Test("a resize goes from its source to its destination, and keeps room on both until it is confirmed")
  func resize() async throws {
    try await ComputeFixture.operating { compute, id in
      let old = try await compute.instance(id).flavor
      let resize = try await compute.begun(id, "resize", ["flavorRef": "1"])
      #expect((resize.leg, resize.owner) == (.source, "h1"))
      #expect(try await compute.claims(id) == ["h2"])
      #expect(try await compute.finish(resize, power: .shutDown, result: ["files": ["disk"]]) == .active)
      let arrive = try #require(try await compute.operation(id))
      #expect((arrive.id, arrive.leg, arrive.owner) == (resize.id, .destination, "h2"))
      let request = try #require(try await compute.requests("h2", id).last)
      #expect(request.arguments["files"] == ["disk"])
      #expect(request.instance.flavor.id == "1")
      // The first leg is over.
      #expect(try await compute.finish(resize, .source, by: "h1", ending: .failed) == nil)
      #expect(try await compute.finish(arrive, power: .running) == .resized)
      let resized = try await compute.instance(id)
      #expect((resized.host, resized.flavor.id) == ("h2", "1"))
      #expect(try await compute.claims(id) == ["h1"])
      #expect(try await compute.migrationStatus(id) == "finished")

      let confirm = try await compute.begun(id, "confirmResize")
      #expect((confirm.leg, confirm.owner) == (.home, "h1"))
      #expect(try await compute.finish(confirm) == .active)
      #expect(try await compute.claims(id) == [])
      #expect(try await compute.migrationStatus(id) == "confirmed")
      #expect(try await compute.instance(id).flavor.id != old.id)
    }
  }

  @Test("a resize that is reverted ends at its destination first, and is then what it was")
  func revert() async throws {
    try await ComputeFixture.operating { compute, id in
      let old = try await compute.instance(id).flavor
      _ = try await compute.begun(id, "resize", ["flavorRef": "1"])
      for power in [PowerState.shutDown, .running] {
        try await compute.finish(try #require(try await compute.operation(id)), power: power)
      }
      let revert = try await compute.begun(id, "revertResize")
      #expect((revert.leg, revert.owner) == (.destination, "h2"))
      try await compute.finish(revert, power: .shutDown)
      let home = try #require(try await compute.operation(id))
      #expect((home.leg, home.owner) == (.home, "h1"))
      #expect(try #require(try await compute.requests("h1", id).last).instance.flavor.id == old.id)
      #expect(try await compute.finish(home, power: .running) == .active)
      let back = try await compute.instance(id)
      #expect((back.host, back.flavor.id) == ("h1", old.id))
      #expect(try await compute.claims(id) == [])
      #expect(try await compute.migrationStatus(id) == "reverted")
    }
  }

  @Test("a resize that fails at its destination is undone at its source, and the destination forgets it")
  func resizeFails() async throws {
    try await ComputeFixture.operating { compute, id in
      let resize = try await compute.begun(id, "resize", ["flavorRef": "1"])
      try await compute.finish(resize, power: .shutDown)
      try await compute.finish(try #require(try await compute.operation(id)), ending: .failed, power: .shutDown)
      let home = try #require(try await compute.operation(id))
      #expect((home.id, home.leg, home.owner) == (resize.id, .home, "h1"))
      #expect(try await compute.finish(home, power: .running) == .active)
      #expect(try await compute.operation(id) == nil)
      #expect(try await compute.claims(id) == [])
      #expect(try await compute.instance(id).host == "h1")
      #expect(try await compute.inbox("h2", id).last == RemoveInstance.name)
    }
  }

  @Test("a move that its source takes back gives back its claim", arguments: ["resize", "migrate"])
  func notLeft(_ action: String) async throws {
    try await ComputeFixture.operating { compute, id in
      let move = try await compute.begun(id, action, action == "resize" ? ["flavorRef": "1"] : .null)
      #expect(try await compute.finish(move, ending: .rolledBack, power: .running) == .active)
      #expect(try await compute.claims(id) == [])
      #expect(try await compute.operation(id) == nil)
      #expect(try await compute.migrationStatus(id) == "error")
    }
  }

  @Test("a live migration makes the destination ready, moves, looks whether it arrived, and the source forgets it")
  func liveMigration() async throws {
    try await ComputeFixture.operating { compute, id in
      let ready = try await compute.begun(
        id, "os-migrateLive", ["host": .null, "block_migration": true, "disk_over_commit": false])
      #expect((ready.leg, ready.owner) == (.destination, "h2"))
      try await compute.finish(ready, result: ["shares_disks": false])
      let move = try #require(try await compute.operation(id))
      #expect((move.leg, move.owner) == (.source, "h1"))
      #expect(try #require(try await compute.requests("h1", id).last).arguments["shares_disks"] == false)
      #expect(try await compute.instance(id).host == "h1")
      try await compute.finish(move)
      let arrival = try #require(try await compute.operation(id))
      #expect((arrival.leg, arrival.owner) == (.arrival, "h2"))
      #expect(try await compute.finish(arrival, power: .running) == .active)
      #expect(try await compute.instance(id).host == "h2")
      #expect(try await compute.claims(id) == [])
      #expect(try await compute.inbox("h1", id).last == RemoveInstance.name)
    }
  }

  // MARK: Ends that nobody reports

  @Test("an operation that is not finished at its deadline is given up, and says what it waited for")
  func givenUp() async throws {
    try await ComputeFixture.operating { compute, id in
      let resize = try await compute.begun(id, "resize", ["flavorRef": "1"])
      var options = ComputeOptions()
      let watchdog = { OperationWatchdog(store: compute.store, options: options, logger: .init(label: "test")) }
      options.now = { resize.deadline - .seconds(1) }
      try await watchdog().look(at: resize, silentSince: nil)
      #expect(try await compute.operation(id) != nil)
      options.now = { resize.deadline }
      try await watchdog().look(at: resize, silentSince: nil)
      let instance = try await compute.instance(id)
      #expect(instance.state.vm == .error)
      #expect(instance.state.task == nil)
      #expect(instance.fault?.message == "resize (step requested) was not finished by host h1 in time")
      #expect(try await compute.operation(id) == nil)
      #expect(try await compute.claims(id) == [])
      #expect(try await compute.inbox("h1", id) == [CancelOperation.name])
      #expect(try await compute.inbox("h2", id) == [RemoveInstance.name])
      #expect(try await compute.finish(resize) == nil)
    }
  }

  @Test("a deletion ends what is being done, and every host that has something of it is told")
  func deleted() async throws {
    try await ComputeFixture.operating { compute, id in
      let resize = try await compute.begun(id, "resize", ["flavorRef": "1"])
      try await compute.finish(resize, power: .shutDown)
      let arrive = try #require(try await compute.operation(id))
      #expect(try await compute.send("DELETE", "/v2.1/servers/\(id)").status == 204)
      #expect(try await compute.operation(id) == nil)
      #expect(try await compute.inbox("h1", id) == [TerminateInstance.name])
      #expect(try await compute.inbox("h2", id) == [RemoveInstance.name])
      #expect(try await compute.finish(arrive, power: .running) == nil)
      #expect(try await compute.instance(id).state.task == .deleting)
    }
  }

  @Test("a resized instance is deleted on the host that keeps its old disks as well")
  func deletedWhileResized() async throws {
    try await ComputeFixture.operating { compute, id in
      _ = try await compute.begun(id, "resize", ["flavorRef": "1"])
      for power in [PowerState.shutDown, .running] {
        try await compute.finish(try #require(try await compute.operation(id)), power: power)
      }
      #expect(try await compute.send("DELETE", "/v2.1/servers/\(id)").status == 204)
      #expect(try await compute.inbox("h1", id).last == RemoveInstance.name)
      #expect(try await compute.inbox("h2", id).last == TerminateInstance.name)
    }
  }
}
