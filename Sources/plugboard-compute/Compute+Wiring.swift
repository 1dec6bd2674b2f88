import AsyncHTTPClient
import ComputeHost
import HostRPC
import Logging
import NIOCore
import OpenStackHTTP
import ServiceLifecycle
import UnixSignals

/// The program's parts, put together from the lowest up.
struct Compute: Sendable {
  let configuration: ComputeConfiguration
  let logger: Logger

  init(_ configuration: ComputeConfiguration, logger: Logger) {
    (self.configuration, self.logger) = (configuration, logger)
  }

  /// Runs until SIGTERM or SIGINT.
  func run() async throws {
    let rpcHTTP = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .hostRPC)
    let serviceHTTP = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .betweenServices)
    let outcome: Result<Void, any Error>
    do {
      let networkingTokens = tokens(configuration.networking, serviceHTTP)
      let imageTokens =
        configuration.image.hasSameLogin(as: configuration.networking)
        ? networkingTokens : tokens(configuration.image, serviceHTTP)
      let images = GlanceClient(
        endpoint: configuration.image.endpoint, tokens: imageTokens, httpClient: serviceHTTP, logger: logger)
      let cache = ImageCache(images: images, folder: "\(configuration.statePath)/image-cache", logger: logger)
      let (host, consoles) = try computeHost(
        rpcHTTP: rpcHTTP, serviceHTTP: serviceHTTP, networkingTokens: networkingTokens, images: images, cache: cache)
      let cleaning = ImageCacheCleaning(
        cache: cache, instances: configuration.instancesPath, options: configuration.imageCache, logger: logger)
      let group = ServiceGroup(
        configuration: .init(
          services: [
            .init(service: FirstToken(source: networkingTokens, logger: logger), successTerminationBehavior: .ignore),
            .init(service: cleaning), .init(service: host),
            .init(service: consoles.proxy), .init(service: consoles.rotation),
          ], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
      try await group.run()
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    try await rpcHTTP.shutdown()
    try await serviceHTTP.shutdown()
    try outcome.get()
  }

  private func computeHost(
    rpcHTTP: HTTPClient, serviceHTTP: HTTPClient, networkingTokens: any TokenSource, images: GlanceClient,
    cache: ImageCache
  ) throws -> (ComputeHost, Consoles) {
    let rpc = HostRPCClient(
      endpoint: configuration.server, host: configuration.host, binary: "nova-compute",
      secret: configuration.secret, httpClient: rpcHTTP, logger: logger)
    let networking = NeutronClient(
      endpoint: configuration.networking.endpoint, tokens: networkingTokens, httpClient: serviceHTTP, logger: logger)
    let files = InstanceFiles(cache: cache, folder: configuration.instancesPath)
    let links = try NetlinkLinks()
    let hypervisor = hypervisor(links)
    let events = InstanceEvents()
    var builder = Builder(
      host: configuration.host, networking: networking, files: files, links: links, hypervisor: hypervisor,
      events: events, server: rpc, options: configuration.plugging, logger: logger)
    builder.forceConfigDrive = configuration.forceConfigDrive
    let terminator = Terminator(
      host: configuration.host, networking: networking, files: files, links: links, hypervisor: hypervisor, server: rpc,
      logger: logger)
    let performer = OperationPerformer(builder: builder, images: images, options: configuration.operations)
    let consoles = Consoles(
      proxy: ConsoleProxy(options: configuration.console, hypervisor: hypervisor, logger: logger),
      rotation: ConsoleRotation(files: files, logger: logger))
    let parts = ComputeHost.Parts(
      builder: builder, terminator: terminator, performer: performer, console: consoles.proxy, hypervisor: hypervisor,
      cache: cache, events: events, server: rpc,
      messages: { try await rpc.listen(connected: $0, received: $1) },
      reportInterval: configuration.reportInterval, logger: logger)
    return (ComputeHost(parts, maxConcurrentBuilds: configuration.maxConcurrentBuilds), consoles)
  }

  /// What has to do with guests' screens and serial consoles.
  private struct Consoles {
    let proxy: ConsoleProxy
    let rotation: ConsoleRotation
  }

  private func hypervisor(_ links: NetlinkLinks) -> any HypervisorDriver {
    switch configuration.driver {
    case .libvirt: LibvirtDriver(options: configuration.libvirt, links: links, logger: logger)
    case .fake: FakeDriver(links: links, folder: "\(configuration.statePath)/fake-guests")
    }
  }

  private func tokens(_ service: ComputeConfiguration.Service, _ httpClient: HTTPClient) -> KeystoneTokenSource {
    KeystoneTokenSource(
      authURL: service.authURL, credentials: service.credentials, httpClient: httpClient, logger: logger)
  }
}

/// Logs in while nobody waits for it, so that the first boot does not have to.
private struct FirstToken: Service {
  let source: any TokenSource
  let logger: Logger

  func run() async throws {
    do {
      _ = try await cancelWhenGracefulShutdown { try await source.token() }
    } catch {
      logger.warning("There is no token yet; the first boot tries again", metadata: ["error": "\(error)"])
    }
  }
}
