import HostRPC
import Model
import Store

extension NetworkService {
  /// Tells a metadata agent whose port has the address that a request came from. An address that cannot be read is
  /// nobody's.
  func ports(at place: GetPorts.Arguments) async throws -> GetPorts.Result {
    guard let address = IPAddress(place.ipAddress) else { return GetPorts.Result([]) }
    let owners = try await store.read { try $0.portOwners(at: address, ofNetwork: place.networkID) }
    return GetPorts.Result(
      owners.map { GetPorts.Result.Port(id: $0.portID, deviceID: $0.deviceID, projectID: $0.projectID) })
  }
}
