internal import AsyncHTTPClient
package import HostRPC
internal import JSON
package import Model
internal import NIOCore
internal import _NIOFileSystem

/// What a compute host tells the server. Each call has a deadline of its own.
package protocol ComputeServer: Sendable {
  func update(_ update: InstanceUpdate) async throws

  /// Steps of a boot, for its timeline.
  func record(_ steps: [RecordInstanceEvents.Step], of instanceID: UUID) async throws

  /// Messages that have been dealt with.
  func acknowledge(_ messageIDs: [Int64]) async throws

  /// What this host should have.
  func instances() async throws -> [HostInstance]

  func report(_ inventory: HostInventory, isFirst: Bool) async throws

  /// Where an operation is; the answer says whether it is still wanted.
  func update(_ operation: UpdateOperation.Arguments) async throws -> UpdateOperation.Result

  /// How a leg of an operation ended; the answer says what the instance is now.
  func finish(_ operation: FinishOperation.Arguments) async throws -> FinishOperation.Result

  /// An answer to a question of the server's.
  func answer(_ call: AnswerCall.Arguments) async throws

  /// Takes a file from the host that had an operation's leg before, through the server.
  func fetch(_ name: String, ofOperation operation: Int64, to path: String) async throws

  /// Gives a file to the host that asks for it, through the server.
  func send(_ path: String, as name: String, ofOperation operation: Int64) async throws

  /// What stands on an instance's config drive, once it has its ports.
  func configDrive(of instanceID: UUID) async throws -> [GetConfigDrive.Result.File]
}

extension HostRPCClient: ComputeServer {
  package func update(_ update: InstanceUpdate) async throws {
    _ = try await call(UpdateInstance.self, update, deadline: .seconds(10))
  }

  package func record(_ steps: [RecordInstanceEvents.Step], of instanceID: UUID) async throws {
    let arguments = RecordInstanceEvents.Arguments(instanceID: instanceID, events: steps)
    _ = try await call(RecordInstanceEvents.self, arguments, deadline: .seconds(10))
  }

  package func acknowledge(_ messageIDs: [Int64]) async throws {
    _ = try await call(Acknowledge.self, Acknowledge.Arguments(messageIDs: messageIDs), deadline: .seconds(10))
  }

  package func instances() async throws -> [HostInstance] {
    try await call(GetInstances.self, NoArguments(), deadline: .seconds(10)).instances
  }

  package func update(_ operation: UpdateOperation.Arguments) async throws -> UpdateOperation.Result {
    try await call(UpdateOperation.self, operation, deadline: .seconds(10))
  }

  package func finish(_ operation: FinishOperation.Arguments) async throws -> FinishOperation.Result {
    try await call(FinishOperation.self, operation, deadline: .seconds(10))
  }

  package func answer(_ answer: AnswerCall.Arguments) async throws {
    _ = try await call(AnswerCall.self, answer, deadline: .seconds(10))
  }

  package func fetch(_ name: String, ofOperation operation: Int64, to path: String) async throws {
    let (body, length) = try await fetch(transfer: "\(operation)/\(name)")
    let written = try await FileSystem.shared.withFileHandle(
      forWritingAt: FilePath(path), options: .newFile(replaceExisting: true)
    ) { file in
      var offset: Int64 = 0
      for try await chunk in body { offset += try await file.write(contentsOf: chunk, toAbsoluteOffset: offset) }
      return offset
    }
    guard length == nil || length == written else {
      throw HostRPCError(code: .unreachable, message: "file \(name) broke off after \(written) bytes")
    }
  }

  package func send(_ path: String, as name: String, ofOperation operation: Int64) async throws {
    try await FileSystem.shared.withFileHandle(forReadingAt: FilePath(path)) { file in
      let size = try await file.info().size
      let chunks = file.readChunks(in: 0..<size, chunkLength: .kibibytes(256))
      try await send(.stream(chunks, length: .known(size)), transfer: "\(operation)/\(name)")
    }
  }

  package func configDrive(of instanceID: UUID) async throws -> [GetConfigDrive.Result.File] {
    // The server asks the Networking service for it.
    try await call(GetConfigDrive.self, .init(instanceID: instanceID), deadline: .seconds(20)).files
  }

  package func report(_ inventory: HostInventory, isFirst: Bool) async throws {
    let state = AgentState(
      binary: caller.binary, host: caller.host, topic: "compute", agentType: "", configurations: inventory.json,
      startFlag: isFirst)
    _ = try await call(
      ReportState.self, ReportState.Arguments(agentState: state, time: .now), deadline: .seconds(10))
  }
}

extension HostInventory {
  var json: JSONValue {
    [
      "vcpus": JSONValue(vcpus), "memory_mb": JSONValue(memoryMB), "disk_gb": JSONValue(diskGB),
      "hypervisor_type": .string(hypervisorType), "hypervisor_version": JSONValue(hypervisorVersion),
      "virt_type": .string(virtType), "architecture": "x86_64",
    ]
  }
}

extension Timestamp {
  /// The time by the system's clock.
  package static var now: Timestamp { Timestamp(microseconds: HostFiles.microsecondsSince1970) }
}
