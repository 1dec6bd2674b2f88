import HostRPC
import Model
import Store

extension NetworkService {
  /// Serves the agents' methods on the hosts' server. Called once, by the wiring.
  package func registerAgentMethods() {
    hosts.register(ReportState.self) { [self] arguments, _ in try await reportState(arguments) }
    hosts.register(GetDevicesDetailsList.self) { [self] arguments, _ in try await deviceDetails(arguments) }
    hosts.register(UpdateDeviceUp.self) { [self] report, _ in
      _ = try await update(up: [report.device], down: [], host: report.host, observedAt: report.observedAt)
      return NoResult()
    }
    hosts.register(UpdateDeviceDown.self) { [self] report, _ in
      let result = try await update(up: [], down: [report.device], host: report.host, observedAt: report.observedAt)
      return result.devicesDown.first ?? DeviceDown(device: report.device, exists: false)
    }
    hosts.register(UpdateDeviceList.self) { [self] list, _ in
      try await update(up: list.devicesUp, down: list.devicesDown, host: list.host, observedAt: list.observedAt)
    }
    hosts.register(GetPorts.self) { [self] arguments, _ in try await ports(at: arguments) }
    hosts.register(SecurityGroupInfoForDevices.self) { [self] arguments, caller in
      try await securityGroupInfo(arguments, host: caller.host)
    }
    registerDHCPMethods()
    hosts.onConnect { [populationNotices] caller in
      if caller.binary == Agent.linuxBridgeBinary { populationNotices.announce(host: caller.host) }
    }
  }

  /// How many devices one transaction looks at; other writers come between two.
  private static let deviceBatch = 256

  private func deviceDetails(
    _ arguments: GetDevicesDetailsList.Arguments
  ) async throws -> GetDevicesDetailsList.Result {
    var answers: [DeviceAnswer] = []
    for batch in arguments.devices.batches(of: Self.deviceBatch) {
      answers += try await store.write { transaction in
        var networks: [UUID: Network] = [:]
        return try batch.map { device in
          try transaction.deviceAnswer(
            device, host: arguments.host, observedAt: arguments.observedAt[device], networks: &networks)
        }
      }
    }
    return GetDevicesDetailsList.Result(answers)
  }

  private func update(
    up: [String], down: [String], host: String, observedAt: [String: Timestamp]
  ) async throws -> UpdateDeviceList.Result {
    var result = UpdateDeviceList.Result()
    for batch in up.batches(of: Self.deviceBatch) {
      result.devicesUp += try await store.write { transaction in
        for device in batch {
          guard let port = try transaction.port(ofDevice: device, host: host) else { continue }
          transaction.cause = ChangeCause(reason: UpdateDeviceUp.name, host: host, observedAt: observedAt[device])
          try transaction.updatePortStatus(port, on: .deviceUp, host: host)
        }
        return Array(batch)
      }
    }
    for batch in down.batches(of: Self.deviceBatch) {
      result.devicesDown += try await store.write { transaction in
        try batch.map { device in
          guard let port = try transaction.port(ofDevice: device, host: host) else {
            return DeviceDown(device: device, exists: false)
          }
          transaction.cause = ChangeCause(reason: UpdateDeviceDown.name, host: host, observedAt: observedAt[device])
          try transaction.updatePortStatus(port, on: .deviceDown, host: host)
          return DeviceDown(device: device, exists: true)
        }
      }
    }
    return result
  }
}

extension [String] {
  /// The elements in order, in slices of at most `size`.
  fileprivate func batches(of size: Int) -> [ArraySlice<String>] {
    stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
  }
}
