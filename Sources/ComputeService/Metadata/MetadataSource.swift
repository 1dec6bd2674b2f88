import JSON
import Logging
import Model
import Store

/// Collects what an instance can learn of itself.
struct MetadataSource: Sendable {
  let store: Store
  let peers: ComputePeers
  let options: ComputeOptions
  /// `nil` asks the Networking service each time.
  var memory: NetworkMetadataMemory?
  let logger: Logger

  /// What there is to know of the instance.
  ///
  /// - Parameters:
  ///   - includingNetwork: Whether `network_data.json` is asked for, which costs requests to the Networking service.
  ///   - address: Who asks.
  func metadata(
    of instance: Instance, includingNetwork: Bool, address: String? = nil
  ) async throws -> InstanceMetadata {
    let refresh = NetworkInfoRefresh(store: store, peers: peers, logger: logger)
    let instance = await refresh.refreshed([instance])[0]
    let network = includingNetwork ? try await self.network(of: instance) : nil
    return InstanceMetadata(
      instance: instance, availabilityZone: instance.host == nil ? nil : options.availabilityZone,
      domain: options.dhcpDomain, network: network, address: address,
      password: try await store.read { try $0.guestPassword(ofInstance: instance.id) }, randomSeed: Self.seed(),
      today: String(options.now().description.prefix(10)))
  }

  private func network(of instance: Instance) async throws -> NetworkMetadata? {
    let source = NetworkMetadataSource(peers: peers)
    guard let memory else { return try await source.metadata(of: instance) }
    return try await memory.network(of: instance.id) { try await source.metadata(of: instance) }
  }

  private static func seed() -> String {
    var random = SystemRandomNumberGenerator()
    return Base64.encoded((0..<512).map { _ in UInt8.random(in: .min ... .max, using: &random) })
  }
}
