package import HostRPC

/// The server as the agent sees it. Every call throws when the server is away; none waits for ever.
package protocol ServerConnection: Sendable {
  /// `get_devices_details_list`
  func devicesDetails(_ arguments: GetDevicesDetailsList.Arguments) async throws -> [DeviceAnswer]
  /// `security_group_info_for_devices`
  func securityGroupInfo(
    _ arguments: SecurityGroupInfoForDevices.Arguments
  ) async throws -> SecurityGroupInfoForDevices.Result
  /// `update_device_up`
  func deviceUp(_ report: DeviceReport) async throws
  /// `update_device_down`
  func deviceDown(_ report: DeviceReport) async throws
  /// `update_device_list`
  func updateDevices(_ arguments: UpdateDeviceList.Arguments) async throws -> UpdateDeviceList.Result
  /// `report_state`
  func reportState(_ arguments: ReportState.Arguments) async throws -> ReportState.Result
  /// Listens until the task is cancelled, connecting again whenever the connection is lost. `connected` is called before
  /// the first message of each connection.
  func listen(connected: () async -> Void, received: (HostMessage) async -> Void) async throws
}

extension HostRPCClient: ServerConnection {
  package func devicesDetails(_ arguments: GetDevicesDetailsList.Arguments) async throws -> [DeviceAnswer] {
    try await call(GetDevicesDetailsList.self, arguments).devices
  }

  package func securityGroupInfo(
    _ arguments: SecurityGroupInfoForDevices.Arguments
  ) async throws -> SecurityGroupInfoForDevices.Result {
    try await call(SecurityGroupInfoForDevices.self, arguments)
  }

  package func deviceUp(_ report: DeviceReport) async throws {
    _ = try await call(UpdateDeviceUp.self, report)
  }

  package func deviceDown(_ report: DeviceReport) async throws {
    _ = try await call(UpdateDeviceDown.self, report)
  }

  package func updateDevices(_ arguments: UpdateDeviceList.Arguments) async throws -> UpdateDeviceList.Result {
    try await call(UpdateDeviceList.self, arguments)
  }

  package func reportState(_ arguments: ReportState.Arguments) async throws -> ReportState.Result {
    try await call(ReportState.self, arguments)
  }

  package func listen(connected: () async -> Void, received: (HostMessage) async -> Void) async throws {
    try await listen(pause: .milliseconds(100), connected: connected, received: received)
  }
}
