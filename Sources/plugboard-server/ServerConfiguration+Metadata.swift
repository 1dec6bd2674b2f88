import ComputeService
import OpenStackHTTP
import OsloConfig

extension ServerConfiguration {
  /// How metadata agents reach the metadata of instances.
  struct Metadata: Sendable {
    var address: ServiceAddress
    /// What agents sign with; `nil` takes the secret that the first start has made.
    var secret: String?
  }

  /// - Returns: `nil` unless the compute service is served here.
  static func metadata(
    _ options: OsloOptions, of services: Set<OpenStackService>, ephemeral: Bool
  ) throws -> Metadata? {
    guard services.contains(.compute) else { return nil }
    let bindHost = options.string("metadata_listen") ?? options.string("bind_host") ?? "127.0.0.1"
    // Nobody can connect to the address that stands for all of them.
    let reachable = ["0.0.0.0", "::"].contains(bindHost) ? "127.0.0.1" : bindHost
    let port = try options.integer("metadata_listen_port", in: 0...65_535) ?? MetadataService.defaultPort
    let secret = options.string("neutron.metadata_proxy_shared_secret").flatMap { $0.isEmpty ? nil : $0 }
    return Metadata(
      address: ServiceAddress(
        bindHost: bindHost, publicHost: options.string("plugboard.public_host") ?? reachable,
        port: ephemeral ? 0 : port), secret: secret)
  }
}
