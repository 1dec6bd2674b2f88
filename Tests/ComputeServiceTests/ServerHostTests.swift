import ComputeService
import HostRPC
import JSON
import Model
import Support
import Synchronization
import Testing

/// What a request waits for a host to answer.
@Suite(.timeLimit(.minutes(2))) struct ServerHostTests {
  @Test("the host answers what is asked of a guest, and the answer takes the microversion's form")
  func answers() async throws {
    try await ComputeFixture.serving { compute in
      let id = try await compute.activeServer()
      let answers: [String: JSONValue] = [
        "get_console_output": ["output": "login:"], "get_vnc_console": ["url": "http://h1:6080/?token=t"],
        "get_diagnostics": [
          "state": "running", "memory_details": ["maximum": 128, "used": 64], "cpu_details": [["id": 0, "time": 17]],
          "disk_details": [["read_bytes": 1, "read_requests": 2, "write_bytes": 3, "write_requests": 4]],
          "nic_details": [["mac_address": "fa:16:3e:00:00:09", "rx_octets": 5]],
        ],
      ]
      try await Self.answering(compute, answers) {
        let output = try await compute.act(id, "os-getConsoleOutput", ["length": "5"])
        #expect(output.body == ["output": "login:"])
        let old = try await compute.act(id, "os-getVNCConsole", ["type": "novnc"])
        #expect(old.body == ["console": ["type": "novnc", "url": "http://h1:6080/?token=t"]])
        let console: JSONValue = ["remote_console": ["protocol": "vnc", "type": "novnc"]]
        let new = try await compute.send(
          "POST", "/v2.1/servers/\(id)/remote-consoles", console, token: "member", version: "2.6")
        #expect(
          new.body == [
            "remote_console": ["protocol": "vnc", "type": "novnc", "url": "http://h1:6080/?token=t"]
          ])
        let told = try await compute.send("GET", "/v2.1/servers/\(id)/diagnostics", version: "2.48").body
        #expect(told?["memory_details"]?["maximum"] == 128)
        #expect(told?["uptime"]?.integer != nil)
        let flat = try await compute.send("GET", "/v2.1/servers/\(id)/diagnostics").body
        #expect(flat?["memory"] == 131_072)
        #expect(flat?["cpu0_time"] == 17)
        #expect(flat?["vda_write_req"] == 4)
        #expect(flat?["fa:16:3e:00:00:09_rx"] == 5)
      }
    }
  }

  @Test("an interface is told when the guest has it, with its tag, and a failure is told as one")
  func attach() async throws {
    try await ComputeFixture.serving { compute in
      let id = try await compute.activeServer("s", ["networks": "none"], version: "2.37")
      let path = "/v2.1/servers/\(id)/os-interface"
      let port = JSONValue.string(ComputeFixture.port.description)
      let wanted: JSONValue = ["interfaceAttachment": ["port_id": port, "tag": "nic"]]
      let failed = try await Self.finishing(compute, .rolledBack, fault: "no room on the bus") {
        try await compute.send("POST", path, wanted, token: "member", version: "2.70")
      }
      #expect(failed.status == 500)
      #expect(failed.message == "no room on the bus")
      compute.peers.portOwner.withLock { $0 = nil }
      let attached = try await Self.finishing(compute, .done, result: ["port_id": port]) {
        try await compute.send("POST", path, wanted, token: "member", version: "2.70")
      }
      #expect(attached.status == 200, "\(attached.message ?? "")")
      #expect(attached.body?["interfaceAttachment"]?["port_id"] == port)
      #expect(attached.body?["interfaceAttachment"]?["tag"] == "nic")
    }
  }

  /// Answers the server's questions in the host's place while `body` runs.
  private static func answering(
    _ compute: ComputeFixture, _ answers: [String: JSONValue], _ body: @Sendable @escaping () async throws -> Void
  ) async throws {
    let host = compute.host("h1")
    let messages = try await host.messages()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for try await message in messages {
          guard let call = try message.arguments(of: CallHost.self) else { continue }
          _ = try await host.call(
            AnswerCall.self, .init(callID: call.callID, result: .success(answers[call.method] ?? [:])))
        }
      }
      group.addTask { try await body() }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  /// Ends the one operation that `body` begins in the host's place.
  private static func finishing(
    _ compute: ComputeFixture, _ outcome: OperationOutcome, fault: String? = nil, result: JSONValue = [:],
    _ body: @Sendable @escaping () async throws -> ComputeFixture.Reply
  ) async throws -> ComputeFixture.Reply {
    let host = compute.host("h1")
    let messages = try await host.messages()
    async let reply = body()
    for try await message in messages {
      if let id = message.id { _ = try await host.call(Acknowledge.self, .init(messageIDs: [id])) }
      guard let request = try message.arguments(of: PerformOperation.self) else { continue }
      if outcome == .done { compute.peers.portOwner.withLock { $0 = request.instance.instanceID } }
      _ = try await host.call(
        FinishOperation.self,
        .init(
          operationID: request.operationID, leg: request.leg, outcome: outcome, powerState: .running,
          fault: fault.map { InstanceUpdate.Fault(message: $0, details: "") }, result: result))
      break
    }
    return try await reply
  }
}
