internal import Hummingbird
package import Logging
package import OpenStackHTTP
import ServiceLifecycle
package import Store

/// The metadata of instances on a port of its own, for the metadata agents of the hosts: what `nova-metadata` is behind
/// Neutron's proxy.
package struct MetadataService: Service {
  /// The port upstream's installations use.
  package static let defaultPort = 8775

  private let application: PlainApplication

  /// - Parameters:
  ///   - secret: `metadata_proxy_shared_secret`, which the agents sign with.
  ///   - address: Where it listens.
  package init(
    store: Store, peers: ComputePeers, options: ComputeOptions, secret: String, address: ServiceAddress,
    logger: Logger
  ) {
    let memory = NetworkMetadataMemory(lifetime: options.metadataCacheExpiration)
    let source = MetadataSource(store: store, peers: peers, options: options, memory: memory, logger: logger)
    let responder = MetadataResponder(source: source, signature: ProxySignature(secret: secret), logger: logger)
    application = PlainApplication(name: "metadata", address: address, logger: logger) { request in
      await responder.respond(to: request)
    }
  }

  /// Listens and serves until the task is cancelled or the service group shuts down gracefully.
  ///
  /// - Throws: `ListenFailure` if the port is taken.
  package func run() async throws { try await application.run() }
}
