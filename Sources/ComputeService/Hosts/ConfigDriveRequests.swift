import HostRPC
import Model
import Store

/// Gives hosts what they write on config drives.
struct ConfigDriveRequests: Sendable {
  let source: MetadataSource

  func register(on hosts: HostRPCServer) {
    hosts.register(GetConfigDrive.self) { try await configDrive($0, $1) }
  }

  /// The ports exist when a host asks, so the network data is complete.
  private func configDrive(
    _ arguments: GetConfigDrive.Arguments, _ caller: Caller
  ) async throws -> GetConfigDrive.Result {
    let id = arguments.instanceID
    guard let instance = try await source.store.read({ try $0.instance(id) }), instance.host == caller.host else {
      throw RemoteFailure(kind: .invalidArguments, message: "instance \(id) is not on host \(caller.host)")
    }
    let files = try await source.metadata(of: instance, includingNetwork: true).configDriveFiles
    if !instance.request.configDrive { try await source.store.write { try $0.setConfigDrive(ofInstance: id) } }
    return GetConfigDrive.Result(files: files)
  }
}
