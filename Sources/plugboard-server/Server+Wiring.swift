import AsyncHTTPClient
import ComputeService
import EventDelivery
import HostRPC
import IdentityService
import ImageService
import Logging
import Model
import NetworkService
import OpenStackHTTP
import ServiceLifecycle
import Store
import UnixSignals

/// The server's parts and how they hang together.
struct Server {
  let configuration: ServerConfiguration
  let logger: Logger

  init(_ configuration: ServerConfiguration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
  }

  /// Serves until SIGTERM or SIGINT.
  func run() async throws {
    try await SecretFile.makeFolder(configuration.statePath)
    // Everybody who is told of changed rows, in the order in which they are told.
    let deliveryWakeUp = EventDelivery.makeWakeUp()
    let inboxWakeUp = ComputeService.makeInboxWakeUp()
    let population = PopulationNotices()
    let dhcp = DHCPNotices()
    let store = try Store(
      path: configuration.database,
      listeners: [PortStatusListener(), deliveryWakeUp, inboxWakeUp, population] + dhcp.listeners, logger: logger)
    let httpClient = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .betweenServices)
    do {
      let parts = ServerParts(
        configuration: configuration, store: store, httpClient: httpClient, deliveryWakeUp: deliveryWakeUp,
        inboxWakeUp: inboxWakeUp, population: population, dhcp: dhcp, logger: logger)
      try await serve(try await parts.services())
    } catch {
      try? await httpClient.shutdown()
      await store.close()
      throw error
    }
    try await httpClient.shutdown()
    await store.close()
  }

  private func serve(_ services: [any Service]) async throws {
    var group = ServiceGroupConfiguration(
      services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    // A client that does not let go of its connection must not keep the server from ending.
    group.maximumGracefulShutdownDuration = .seconds(5)
    try await ServiceGroup(configuration: group).run()
  }
}

/// Builds the services that were chosen, each with what it needs of the others.
struct ServerParts {
  let configuration: ServerConfiguration
  let store: Store
  let httpClient: HTTPClient
  let deliveryWakeUp: TableWakeUp
  let inboxWakeUp: TableWakeUp
  let population: PopulationNotices
  let dhcp: DHCPNotices
  let logger: Logger

  /// In the order in which they start; they end in the opposite order.
  func services() async throws -> [any Service] {
    let files = ClientFiles(folder: configuration.statePath)
    let secret = try await files.hostsSecret()
    let access = try await access(files)
    let agents = HostRPCServer(secret: secret, logger: logger)
    let computeHosts = HostRPCServer(secret: secret, logger: logger)
    var services: [any Service] = [FreedMemory(clock: ContinuousClock())]
    if let identity = access.identity {
      services.append(application(.identity, access, IdentityService.openPaths, identity.addRoutes))
    }
    if serves(.image) { services += try await images(access) }
    if serves(.networking) { services += networking(access, agents) }
    if serves(.compute) { services += compute(access, computeHosts) }
    let metadataSecret = try await metadataSecret(files)
    if let metadata = configuration.metadata, let metadataSecret {
      services.append(
        MetadataService(
          store: store, peers: computePeers(access), options: configuration.compute, secret: metadataSecret,
          address: metadata.address, logger: logger))
    }
    let secrets = HostSecrets(hosts: secret, metadata: metadataSecret)
    if !portsAreChosenLate {
      // So that whoever sees the first start answer finds the files.
      try await write(ClientFiles(folder: files.folder, onlyMissing: true), secrets, access)
    }
    services.append(
      Readiness(
        addresses: configuration.addresses, metadata: configuration.metadata?.address,
        readyFile: configuration.readyFile,
        whenListening: { try await write(files, secrets, access) },
        whenEnding: {
          agents.closeStreams()
          computeHosts.closeStreams()
        }, logger: logger))
    return services
  }

  func serves(_ service: OpenStackService) -> Bool { configuration.services.contains(service) }

  private var portsAreChosenLate: Bool { configuration.addresses.values.contains { $0.configuredPort == 0 } }

  /// `nil` if the metadata service is elsewhere: its agents are then told by an operator.
  private func metadataSecret(_ files: ClientFiles) async throws -> String? {
    guard let metadata = configuration.metadata else { return nil }
    if let secret = metadata.secret { return secret }
    return try await files.metadataSecret()
  }

  func application(
    _ service: OpenStackService, _ access: Access, _ openPaths: Set<String>,
    openPrefixes: [String] = [], microversions: ClosedRange<Microversion>? = nil,
    _ routes: (OpenStackRouter) -> Void
  ) -> OpenStackApplication {
    // Every service that is served has an address.
    let address = configuration.addresses[service] ?? ServiceAddress(port: service.defaultPort)
    return OpenStackApplication(
      .init(
        service: service, address: address, identityURL: access.identityURL, openPaths: openPaths,
        openPrefixes: openPrefixes, microversions: microversions, crossOrigin: configuration.crossOrigin,
        logger: logger),
      validator: access.validator, routes: routes)
  }

  private func images(_ access: Access) async throws -> [any Service] {
    let images = ImageService(
      store: store, files: try await ImageFiles(folder: configuration.statePath + "/images"),
      options: configuration.images, converter: QEMUImageConverter(), logger: logger)
    try await images.recover()
    return [application(.image, access, ImageService.openPaths, images.addRoutes), ImageImports(images)]
  }

  private func networking(_ access: Access, _ agents: HostRPCServer) -> [any Service] {
    let networking = NetworkService(
      store: store, hosts: agents, configuration: configuration.network, dhcpNotices: dhcp,
      populationNotices: population, logger: logger)
    networking.registerAgentMethods()
    let delivery = EventDelivery(
      store: store, wakeUp: deliveryWakeUp,
      client: { try await client(of: .compute, access, access.tokens(for: .compute)) },
      policy: configuration.delivery, logger: logger)
    return [
      application(
        .networking, access, NetworkService.openPaths, openPrefixes: NetworkService.openPrefixes,
        networking.addRoutes),
      NetworkHousekeeping(networking), delivery,
    ]
  }

  private func compute(_ access: Access, _ hosts: HostRPCServer) -> [any Service] {
    let compute = ComputeService(
      store: store, inboxWakeUp: inboxWakeUp, hosts: hosts, peers: computePeers(access), options: configuration.compute,
      logger: logger)
    return [
      application(
        .compute, access, ComputeService.openPaths, openPrefixes: ComputeService.openPrefixes,
        microversions: ComputeService.microversions, compute.addRoutes),
      compute,
    ]
  }

  private func computePeers(_ access: Access) -> ComputePeers {
    ComputePeers(
      image: { try await client(of: .image, access, $0) },
      networking: { try await client(of: .networking, access, $0) }, tokens: access.tokens(for: .networking))
  }

  /// A client of another service, which may be in this process: it is called through its public API all the same.
  private func client(
    of service: OpenStackService, _ access: Access, _ tokens: any TokenSource
  ) async throws -> ServiceClient {
    ServiceClient(
      endpoint: try await endpoint(of: service, access), tokens: tokens, httpClient: httpClient, logger: logger)
  }

  private func endpoint(of service: OpenStackService, _ access: Access) async throws -> String {
    if let address = configuration.addresses[service] {
      _ = try await address.listening()
      return address.url
    }
    let peer = configuration.peers[service]
    if let url = peer?.endpointOverride { return url.hasSuffix("/") ? String(url.dropLast()) : url }
    guard let peer, let directory = access.directory(for: service) else { throw NoEndpoint(service: service) }
    let found = try await directory.catalog().url(
      of: service.catalogType, interfaces: peer.interfaces, region: peer.region)
    guard let found else { throw NotInCatalog(service: service, peer: peer) }
    return found
  }
}

/// A service is needed that is neither in this process nor named in the configuration.
struct NoEndpoint: Error, CustomStringConvertible {
  let service: OpenStackService

  var description: String {
    "the \(service) service is not served here; endpoint_override in [nova], [neutron] or [glance] must say where it is, "
      + "or [keystone_authtoken] which Keystone knows it"
  }
}

/// The Keystone that is asked does not know the service; it may learn of it.
struct NotInCatalog: Error, CustomStringConvertible {
  let service: OpenStackService
  let peer: ServerConfiguration.Peer

  var description: String {
    "Keystone's catalog has no \(peer.interfaces.joined(separator: " or ")) endpoint of the \(service) service"
      + (peer.region.map { " in region \($0)" } ?? "")
  }
}
