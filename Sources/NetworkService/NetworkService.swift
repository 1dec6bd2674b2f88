package import HostRPC
package import Hummingbird
package import Logging
package import Model
package import OpenStackHTTP
package import Store

/// The Networking service: OpenStack's REST API on one side, the L2 agents' methods on the other, rows between.
///
/// The wiring makes one with a ``Store`` among whose listeners are a ``PortStatusListener``, those of its
/// ``DHCPNotices`` and its ``PopulationNotices``, calls ``registerAgentMethods()`` and ``addRoutes(to:)``, and runs ``NetworkHousekeeping`` beside the HTTP server.
package final class NetworkService: Sendable {
  let store: Store
  /// Where the agents are reached.
  let hosts: HostRPCServer
  let configuration: NetworkConfiguration
  /// Where "now" comes from when nothing is written; the store has the same for what is.
  let clock: @Sendable () -> Timestamp
  let logger: Logger
  let securityGroupNotices = SecurityGroupNotices()
  let qosNotices = QoSNotices()
  let dhcpNotices: DHCPNotices
  let populationNotices: PopulationNotices

  package init(
    store: Store, hosts: HostRPCServer, configuration: NetworkConfiguration = .init(),
    dhcpNotices: DHCPNotices = DHCPNotices(), populationNotices: PopulationNotices = PopulationNotices(),
    clock: @escaping @Sendable () -> Timestamp = Timestamp.systemNow, logger: Logger
  ) {
    self.store = store
    self.hosts = hosts
    self.configuration = configuration
    self.dhcpNotices = dhcpNotices
    self.populationNotices = populationNotices
    self.clock = clock
    self.logger = logger
  }

  /// Paths that need no token.
  package static let openPaths: Set<String> = ["/"]
  /// Paths that need the hosts' secret instead of a token.
  package static let openPrefixes = ["/host-rpc/"]

  /// Adds the REST routes and those of the agents.
  package func addRoutes(to router: Router<OpenStackRequestContext>) {
    addDiscoveryRoutes(to: router)
    let api = router.group("v2.0")
    addExtensionRoutes(to: api)
    addNetworkRoutes(to: api)
    addSubnetRoutes(to: api)
    addPortRoutes(to: api)
    addSecurityGroupRoutes(to: api)
    addAgentRoutes(to: api)
    addDHCPSchedulerRoutes(to: api)
    addAvailabilityZoneRoutes(to: api)
    addRBACRoutes(to: api)
    addQuotaRoutes(to: api)
    addQoSRoutes(to: api)
    addTagRoutes(to: api)
    addAbsentResourceRoutes(to: api)
    hosts.addRoutes(to: router)
  }
}
