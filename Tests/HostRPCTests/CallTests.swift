import AsyncHTTPClient
import HostRPC
import JSON
import Model
import NIOCore
import NIOHTTP1
import Testing

@Suite("Calls from a host to the server", .timeLimit(.minutes(1)))
struct CallTests {
  @Test("a call comes back with the handler's answer, and the handler knows who called")
  func roundTrip() async throws {
    try await withServer { server, endpoint in
      server.register(UpdateDeviceDown.self) { report, caller in
        #expect(caller == agent)
        return DeviceDown(device: report.device, exists: true)
      }
      let report = DeviceReport(device: "tap0a7b3a8a-92", agentID: "lb52417475ba72", host: "compute1")
      let answer = try await endpoint.client().call(UpdateDeviceDown.self, report)
      #expect(answer == DeviceDown(device: "tap0a7b3a8a-92", exists: true))
    }
  }

  @Test("a host whose name needs escaping in a query is known by its name")
  func strangeHostName() async throws {
    try await withServer { server, endpoint in
      let strange = Caller(host: "über & co=1", binary: "nova-compute")
      server.register(GetInstances.self) { _, caller in
        #expect(caller == strange)
        return GetInstances.Result(instances: [])
      }
      _ = try await endpoint.client(strange).call(GetInstances.self, NoArguments())
    }
  }

  @Test(
    "a wrong secret is refused before anything is read, with a code of its own",
    arguments: ["", "the hosts' secreT", "x"])
  func wrongSecret(guess: String) async throws {
    try await withServer { server, endpoint in
      server.register(GetInstances.self) { _, _ in
        Issue.record("the handler must not run")
        return GetInstances.Result(instances: [])
      }
      let client = endpoint.client(secret: guess)
      let call = await hostRPCError { try await client.call(GetInstances.self, NoArguments()) }
      #expect(call?.code == .unauthorized)
      let stream = await hostRPCError { try await client.messages() }
      #expect(stream?.code == .unauthorized)
      #expect(server.connectedHosts(binary: agent.binary) == [])
    }
  }

  @Test("a method nobody serves is rejected by its name")
  func unknownMethod() async throws {
    try await withServer { _, endpoint in
      let error = await hostRPCError { try await endpoint.client().call(GetInstances.self, NoArguments()) }
      #expect(error?.code == .rejected)
      #expect(error?.failure?.kind == .noSuchMethod)
      #expect(error?.failure?.message == "there is no method 'get_instances'")
    }
  }

  @Test("a handler's failure reaches the caller, and the server goes on")
  func failingHandler() async throws {
    struct Broken: Error {}
    try await withServer { server, endpoint in
      server.register(GetInstances.self) { _, _ in throw Broken() }
      server.register(Acknowledge.self) { _, _ in
        throw RemoteFailure(kind: .init(rawValue: "NotFound"), message: "no such row")
      }
      let broken = await hostRPCError { try await endpoint.client().call(GetInstances.self, NoArguments()) }
      #expect(broken?.failure?.kind == .handlerFailed)
      #expect(broken?.isWorthRetrying == true)
      let chosen = await hostRPCError {
        try await endpoint.client().call(Acknowledge.self, Acknowledge.Arguments(messageIDs: [1]))
      }
      #expect(chosen?.failure == RemoteFailure(kind: .init(rawValue: "NotFound"), message: "no such row"))
      #expect(chosen?.isWorthRetrying == false)
    }
  }

  @Test("a server that does not answer costs the deadline, not for ever")
  func deadline() async throws {
    try await withServer { server, endpoint in
      let (silence, end) = AsyncStream.makeStream(of: Void.self)
      server.register(GetInstances.self) { _, _ in
        for await _ in silence {}
        return GetInstances.Result(instances: [])
      }
      let error = await hostRPCError {
        try await endpoint.client().call(GetInstances.self, NoArguments(), deadline: .milliseconds(50))
      }
      #expect(error?.code == .timeout)
      end.finish()
    }
  }

  @Test("no server at all is unreachable")
  func unreachable() async throws {
    let httpClient = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .hostRPC)
    // Nothing listens on the discard port of the loopback interface.
    let client = HostRPCClient(
      endpoint: "http://127.0.0.1:9", host: "h", binary: "b", secret: secret, httpClient: httpClient, logger: quiet)
    let error = await hostRPCError {
      try await client.call(GetInstances.self, NoArguments(), deadline: .milliseconds(500))
    }
    #expect(error?.code == .unreachable || error?.code == .timeout)
    try await httpClient.shutdown()
  }

  @Test(
    "bytes that are no envelope are refused with a sentence, and the server goes on",
    arguments: [
      ("", "the envelope is malformed: a value is missing at byte 0"),
      ("{", "the envelope is malformed: a member's name is missing at byte 1"),
      ("[]", "the envelope is malformed: the body must be an object, not a list"),
      (#"{"args": {}}"#, "the envelope is malformed: 'method' is missing"),
      (#"{"method": 1, "args": {}}"#, "the envelope is malformed: 'method' must be a string, not an integer"),
      (#"{"method": "acknowledge"}"#, "the envelope is malformed: 'args' is missing"),
      (#"{"method": "acknowledge", "args": []}"#, "the envelope is malformed: 'args' must be an object, not a list"),
      (#"{"method": "acknowledge", "args": {}}"#, "acknowledge: 'message_ids' is missing"),
      (
        #"{"method": "acknowledge", "args": {"message_ids": [1, "2"]}}"#,
        #"acknowledge: 'message_ids[1]' must be an integer, not "2""#
      ),
    ])
  func malformedBody(body: String, message: String) async throws {
    try await withServer { server, endpoint in
      server.register(Acknowledge.self) { _, _ in NoResult() }
      let (status, reply) = try await post(Array(body.utf8), to: endpoint)
      #expect(status == 400)
      #expect(reply["failure"]?["class"] == "InvalidArguments")
      #expect(reply["failure"]?["message"] == .string(message))
      _ = try await endpoint.client().call(Acknowledge.self, Acknowledge.Arguments(messageIDs: []))
    }
  }

  @Test("a newer minor version or another major version is refused, an older minor version is served")
  func versions() async throws {
    try await withServer { server, endpoint in
      server.register(UpdateDeviceUp.self) { _, _ in NoResult() }
      let table = [("1.0", 200), ("1.9", 200), ("1.10", 404), ("2.0", 404), ("x", 404)]
      for (version, expected) in table {
        let body: JSONValue = [
          "method": "update_device_up", "version": .string(version),
          "args": ["device": "tap1", "agent_id": "lb1", "host": "compute1", "from_the_future": [1]],
        ]
        let (status, reply) = try await post(body.bytes, to: endpoint)
        #expect(status == expected, "\(version): \(reply)")
      }
    }
  }

  @Test("a call of up to 1 MiB is taken, a longer one is refused, and the server goes on")
  func bodyLimit() async throws {
    try await withServer { server, endpoint in
      server.register(GetDevicesDetailsList.self) { arguments, _ in
        GetDevicesDetailsList.Result(arguments.devices.map { .unknown(device: String($0.prefix(3))) })
      }
      let client = endpoint.client()
      func ask(bytes: Int) async throws -> GetDevicesDetailsList.Result {
        let device = String(repeating: "x", count: bytes)
        return try await client.call(
          GetDevicesDetailsList.self, .init(devices: [device], agentID: "lb1", host: "compute1"),
          deadline: .seconds(60))
      }
      #expect(try await ask(bytes: 1 << 20 - 512).devices == [.unknown(device: "xxx")])
      let error = await hostRPCError { try await ask(bytes: 1 << 20) }
      #expect(error?.failure?.kind == .tooLarge)
      let (status, _) = try await post(Array(repeating: UInt8(ascii: " "), count: 10 << 20), to: endpoint)
      #expect(status == 413)
      #expect(try await ask(bytes: 3).devices == [.unknown(device: "xxx")])
    }
  }

  private func post(_ body: [UInt8], to endpoint: Endpoint) async throws -> (status: UInt, reply: JSONValue) {
    var request = HTTPClientRequest(url: "\(endpoint.address)/host-rpc/v1/call?host=h&binary=b")
    request.method = .POST
    request.headers.add(name: "authorization", value: "Bearer \(secret)")
    request.body = .bytes(ByteBuffer(bytes: body))
    let response = try await endpoint.httpClient.execute(request, timeout: .seconds(60))
    let bytes = try await response.body.collect(upTo: 1 << 20)
    return (response.status.code, try JSONValue(parsing: bytes.readableBytesView))
  }
}
