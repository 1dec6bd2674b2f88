package import HostRPC
package import Hummingbird
package import Logging
package import Model
package import OpenStackHTTP
import ServiceLifecycle
package import Store

/// The Compute API, the scheduler, and the inboxes of the compute hosts.
///
/// It meets the other services through their public interfaces only, be they in the same process or not. `run()` keeps
/// the hosts' streams filled and looks after instances whose host has fallen silent.
package struct ComputeService: Service {
  /// The microversions that are honoured in every part that is there.
  package static let microversions = Microversion(2, 1)...Microversion(2, 93)
  /// What needs no token: the discovery documents.
  package static let openPaths: Set<String> = ["/", "/v2.1"]
  /// What is guarded by the hosts' secret and not by a token.
  package static let openPrefixes = ["/host-rpc/"]
  /// The name of the program that builds instances on the hosts.
  package static let hostBinary = "nova-compute"

  let store: Store
  let hosts: HostRPCServer
  let peers: ComputePeers
  let options: ComputeOptions
  let pump: InboxPump
  let operations: Operations
  let calls: HostCalls
  let logger: Logger

  /// Registers the methods that compute hosts call; they are served as soon as the routes are.
  ///
  /// - Parameters:
  ///   - inboxWakeUp: the listener that ``makeInboxWakeUp()`` made, and that the store was given.
  ///   - hosts: what the compute hosts talk to; nobody else registers methods there.
  package init(
    store: Store, inboxWakeUp: TableWakeUp, hosts: HostRPCServer, peers: ComputePeers,
    options: ComputeOptions = ComputeOptions(), logger: Logger
  ) {
    self.store = store
    self.hosts = hosts
    self.peers = peers
    self.options = options
    self.logger = logger
    pump = InboxPump(store: store, wakeUp: inboxWakeUp, hosts: hosts, logger: logger)
    operations = Operations(store: store, options: options, outcomes: OperationOutcomes())
    calls = HostCalls(hosts: hosts)
    HostReports(store: store, options: options, logger: logger).register(on: hosts)
    OperationReports(store: store, options: options, outcomes: operations.outcomes, logger: logger).register(on: hosts)
    ConfigDriveRequests(
      source: MetadataSource(store: store, peers: peers, options: options, logger: logger)
    ).register(on: hosts)
    hosts.onConnect { [pump] caller in pump.connected(caller) }
  }

  /// The listener that must be among those the store is opened with.
  package static func makeInboxWakeUp() -> TableWakeUp { TableWakeUp(table: "host_messages") }

  /// Adds the API's routes and the hosts'.
  package func addRoutes(to router: Router<OpenStackRequestContext>) {
    hosts.addRoutes(to: router)
    DiscoveryRoutes(microversions: Self.microversions).add(to: router)
    let api = router.group("v2.1")
    ExternalEventRoutes(store: store, logger: logger).add(to: api)
    ServerRoutes(
      store: store, peers: peers, operations: operations, calls: calls, options: options, logger: logger
    ).add(to: api)
    MigrationRoutes(store: store, operations: operations, calls: calls, options: options).add(to: api)
    FlavorRoutes(store: store, options: options).add(to: api)
    KeypairRoutes(store: store, options: options).add(to: api)
    addSchedulingRoutes(to: api)
  }

  private func addSchedulingRoutes(to api: RouterGroup<OpenStackRequestContext>) {
    ServiceRoutes(store: store, options: options).add(to: api)
    HypervisorRoutes(store: store, options: options).add(to: api)
    ZoneRoutes(store: store, options: options).add(to: api)
    AggregateRoutes(store: store, options: options).add(to: api)
    ServerGroupRoutes(store: store, options: options).add(to: api)
    LimitRoutes(store: store, options: options).add(to: api)
    let quotas = Quotas(defaults: options.quotas)
    QuotaSetRoutes(store: store, quotas: quotas).add(to: api)
    QuotaClassRoutes(store: store, quotas: quotas).add(to: api)
    TenantUsageRoutes(store: store, options: options).add(to: api)
  }

  /// Works until the task is cancelled or the service group shuts down gracefully.
  package func run() async throws {
    let watchdog = InstanceWatchdog(store: store, peers: peers, options: options, logger: logger)
    try await cancelWhenGracefulShutdown {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await pump.run() }
        group.addTask { try await watchdog.run() }
        try await group.waitForAll()
      }
    }
  }
}

/// How the Compute service reaches the others: a client for a token, made anew for each call, since ports may be known
/// late.
package struct ComputePeers: Sendable {
  package var image: @Sendable (any TokenSource) async throws -> ServiceClient
  package var networking: @Sendable (any TokenSource) async throws -> ServiceClient
  /// For what the service asks in its own name.
  package var tokens: any TokenSource

  package init(
    image: @escaping @Sendable (any TokenSource) async throws -> ServiceClient,
    networking: @escaping @Sendable (any TokenSource) async throws -> ServiceClient, tokens: any TokenSource
  ) {
    self.image = image
    self.networking = networking
    self.tokens = tokens
  }
}

/// The Compute service's options, under upstream's names in camel case.
package struct ComputeOptions: Sendable {
  package var scheduling = SchedulingPolicy()
  /// A build that takes longer ends in ERROR; upstream's default is never.
  package var instanceBuildTimeout = Duration.seconds(1800)
  /// `allow_resize_to_same_host`. Upstream's default is false, which leaves an installation of one host without resize.
  package var allowsResizeToSameHost = true
  /// Whether a shelved instance leaves its host at once (`shelved_offload_time` 0, upstream's default) or only when
  /// somebody asks for it (-1).
  package var offloadsShelved = true
  /// How often the watchdog looks.
  package var watchdogInterval = Duration.seconds(10)
  /// How long an instance event waits in the inbox of a host that does not come: one that comes later compares rows.
  package var inboxEventLifetime = Duration.seconds(86_400)
  /// How long it is known what instances were that are gone.
  package var usageLifetime = Duration.seconds(366 * 86_400)
  /// The most elements in one page of a list (`max_limit`).
  package var maxLimit = 1000
  /// `default_availability_zone`: hosts that no aggregate puts into another are in it.
  package var availabilityZone: String {
    get { scheduling.availabilityZone }
    set { scheduling.availabilityZone = newValue }
  }
  /// `[api] dhcp_domain`: what is put behind a host's name in metadata; empty puts nothing there.
  package var dhcpDomain = "novalocal"
  /// `[api] metadata_cache_expiration`: how long instances are told the same of their networks.
  package var metadataCacheExpiration = Duration.seconds(15)
  /// `[quota]`: what a project may have, of which nothing else is said.
  package var quotas = QuotaLimits()
  package var now: @Sendable () -> Timestamp = { .systemNow() }

  package init() {}
}
