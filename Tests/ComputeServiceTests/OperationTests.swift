import HostRPC
import JSON
import Model
import Store
import Support
import Testing

@testable import ComputeService

/// Long operations from the request to the last report, over a real database.
@Suite("Operations", .timeLimit(.minutes(2))) struct OperationTests {
  @Test("what a state does not allow is refused in upstream's words, and leaves nothing")
  func refused() async throws {
    try await ComputeFixture.operating { compute, id in
      let rows: [(state: String, action: String, value: JSONValue, words: String)] = [
        ("active", "os-start", .null, "Cannot 'start' instance \(id) while it is in vm_state active"),
        ("active", "unpause", .null, "Cannot 'unpause' instance \(id) while it is in vm_state active"),
        ("active", "unrescue", .null, "Cannot 'unrescue' instance \(id) while it is in vm_state active"),
        ("active", "unshelve", .null, "Cannot 'unshelve' instance \(id) while it is in vm_state active"),
        ("active", "confirmResize", .null, "Cannot 'confirmResize' instance \(id) while it is in vm_state active"),
        ("error", "pause", .null, "Cannot 'pause' instance \(id) while it is in vm_state error"),
        ("error", "reboot", ["type": "SOFT"], "Cannot 'reboot' instance \(id) while it is in vm_state error"),
        ("error", "resize", ["flavorRef": "1"], "Cannot 'resize' instance \(id) while it is in vm_state error"),
      ]
      for row in rows {
        try await compute.reset(id, to: row.state)
        let reply = try await compute.act(id, row.action, row.value)
        #expect(reply.status == 409)
        #expect(reply.message == row.words)
        #expect(try await compute.operation(id) == nil)
        #expect(try await compute.instance(id).state.task == nil)
      }
      try await compute.reset(id)
      _ = try await compute.begun(id, "os-stop")
      let busy = try await compute.act(id, "pause")
      #expect(busy.message == "Cannot 'pause' instance \(id) while it is in task_state powering-off")
      #expect(try await compute.operation(id)?.kind == .stop)
    }
  }

  @Test("one leg: the state, the task, the message and the action come together, and the end takes them back")
  func oneLeg() async throws {
    try await ComputeFixture.operating { compute, id in
      let stop = try await compute.begun(id, "os-stop")
      #expect(stop.owner == "h1")
      #expect(try await compute.instance(id).state.task == .poweringOff)
      #expect(try await compute.requests("h1", id).map(\.operationID) == [stop.id])
      #expect(try await compute.tell(stop, nil) == .init(isCurrent: true, step: "requested"))
      #expect(try await compute.finish(stop, power: .shutDown) == .stopped)
      let state = try await compute.instance(id).state
      #expect(state == InstanceState(vm: .stopped, task: nil, power: .shutDown))
      #expect(try await compute.operation(id) == nil)
    }
  }

  @Test("a step is kept, and shown as the task where it is one")
  func steps() async throws {
    try await ComputeFixture.operating { compute, id in
      let reboot = try await compute.begun(id, "reboot", ["type": "HARD"])
      #expect(
        try await compute.tell(reboot, "reboot_started_hard") == .init(isCurrent: true, step: "reboot_started_hard"))
      #expect(try await compute.instance(id).state.task == .rebootStartedHard)
      #expect(try await compute.tell(reboot, nil).step == "reboot_started_hard")
      _ = try await compute.tell(reboot, "anything")
      #expect(try await compute.instance(id).state.task == .rebootStartedHard)
    }
  }

  @Test("a hard reboot takes the place of a soft one, whose reports change nothing from then on")
  func superseded() async throws {
    try await ComputeFixture.operating { compute, id in
      let soft = try await compute.begun(id, "reboot", ["type": "SOFT"])
      let hard = try await compute.begun(id, "reboot", ["type": "HARD"])
      #expect(hard.id > soft.id)
      #expect(try await compute.requests("h1", id).map(\.operationID) == [hard.id])
      let before = try await compute.instance(id)
      #expect(try await compute.tell(soft, "reboot_started").isCurrent == false)
      #expect(try await compute.finish(soft, .only, ending: .failed) == nil)
      #expect(try await compute.instance(id) == before)
      // Nor do those of another host or another leg.
      #expect(try await compute.finish(hard, by: "h2") == nil)
      #expect(try await compute.finish(hard, .source) == nil)
      #expect(try await compute.tell(hard, "x", by: "h2").isCurrent == false)
      #expect(try await compute.instance(id) == before)
      #expect(try await compute.finish(hard, power: .running) == .active)
      #expect(try await compute.finish(hard, ending: .failed) == nil)
      #expect(try await compute.instance(id).state == InstanceState(vm: .active, task: nil, power: .running))
    }
  }

  @Test("what begins while an interface is detached waits until that has ended, and only a hard reboot does not")
  func underWay() async throws {
    try await ComputeFixture.operating { compute, id in
      let begin = { (kind: OperationKind) in
        try await compute.store.write { transaction in
          let start = OperationStart(
            kind: kind, arguments: ["port_id": .string("\(UUID())")], requestID: "r", userID: "u", isAdmin: true,
            options: ComputeOptions())
          return try start.perform(on: try #require(try transaction.instance(id)), in: transaction).id
        }
      }
      _ = try await begin(.detachInterface)
      await #expect(throws: OperationUnderWay.self) { _ = try await begin(.pause) }
      let detach = try #require(try await compute.operation(id))
      async let reply = compute.act(id, "pause")
      #expect(try await compute.finish(detach, power: .running, result: ["network_id": .null]) == .active)
      #expect(try await reply.status == 202)
      #expect(try await compute.operation(id)?.kind == .pause)
      try await compute.finish(try #require(try await compute.operation(id)), ending: .rolledBack, power: .running)
      _ = try await begin(.detachInterface)
      _ = try await begin(.rebootHard)
      #expect(try await compute.operation(id)?.kind == .rebootHard)
    }
  }

  @Test("a guest that is dead when an operation ends without success is a stopped instance's")
  func deadAfterwards() async throws {
    try await ComputeFixture.operating { compute, id in
      let pause = try await compute.begun(id, "pause")
      #expect(try await compute.finish(pause, ending: .failed, power: .shutDown) == .stopped)
    }
  }
}
