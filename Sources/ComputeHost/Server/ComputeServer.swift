package import HostRPC
internal import JSON
package import Model

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
      "virt_type": .string(virtType),
    ]
  }
}

extension Timestamp {
  /// The time by the system's clock.
  package static var now: Timestamp { Timestamp(microseconds: HostFiles.microsecondsSince1970) }
}
