import Foundation
import Support
import Testing

/// A second host beside an installation, `compute2`: a network namespace of its own, a cable between the two, and an agent
/// and a compute process. The networks between the hosts are tunnels.
struct SecondHost: Sendable {
  static let name = "compute2"
  /// The addresses of the two hosts on the cable.
  static let (firstAddress, secondAddress) = ("10.79.0.1", "10.79.0.2")

  /// What the server must be told so that both hosts reach it.
  static let serverEnvironment = [
    "OS_DEFAULT__BIND_HOST": "0.0.0.0", "OS_PLUGBOARD__PUBLIC_HOST": firstAddress,
    "OS_ML2__TENANT_NETWORK_TYPES": "vxlan", "OS_ML2_TYPE_VXLAN__VNI_RANGES": "1:1000",
    "OS_DEFAULT__SERVICE_DOWN_TIME": "5",
  ]

  let namespace: NetworkNamespace

  /// Lays the cable. It must be there before the first host's agent starts.
  static func with(_ installation: Installation, _ body: (SecondHost) async throws -> Void) async throws {
    let host = SecondHost(namespace: try await NetworkNamespace())
    do {
      let (one, two) = (installation.namespace, host.namespace)
      try await one.ip("link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", two.name)
      for (namespace, address) in [(one, firstAddress), (two, secondAddress)] {
        try await namespace.ip("address", "add", "\(address)/24", "dev", "cable")
        try await namespace.ip("link", "set", "cable", "up")
      }
      try await body(host)
    } catch {
      await host.namespace.delete()
      throw error
    }
    await host.namespace.delete()
  }

  /// What an agent must be told of the tunnels.
  static func agentEnvironment(_ address: String) -> [String: String] {
    ["OS_VXLAN__ENABLE_VXLAN": "true", "OS_VXLAN__LOCAL_IP": address, "OS_VXLAN__L2_POPULATION": "true"]
  }
}
