import Model
import Netlink

/// What the agent was told by its operator. The options it is read from stand in the program, `plugboard-agent`.
package struct AgentConfiguration: Hashable, Sendable {
  /// The host's name in the database; a port is wired where its binding says so.
  package var host: String
  /// Physical network -> interface that the agent puts into the network's bridge.
  package var interfaceMappings: [String: String] = [:]
  /// Physical network -> bridge that the operator made; the agent neither makes nor deletes it.
  package var bridgeMappings: [String: String] = [:]
  /// `nil` if this host takes no part in VXLAN networks.
  package var vxlan: Tunneling?
  /// Upstream's `[securitygroup] enable_security_group`: with `false` no port is filtered.
  package var enableSecurityGroup = true
  /// How bandwidth limits become queues.
  package var shaping = ShapingOptions()
  /// How often everything is compared without an event. Upstream's default.
  package var pollingInterval: Duration = .seconds(2)
  /// How often all of every link is compared although nothing was told of any and their names are the same.
  package var fullComparisonInterval: Duration = .seconds(30)
  /// The first pause before a tap that no port of this host has is looked at again; it doubles up to
  /// `longestUnknownPause`. A port that is made for it meanwhile is told of, so this is for news that was lost.
  package var unknownPause: Duration = .seconds(5)
  package var longestUnknownPause: Duration = .seconds(300)
  /// How often the server is told that the agent lives. Upstream's default.
  package var reportInterval: Duration = .seconds(30)
  /// For how many devices details are asked at once; upstream's `rpc_resources_processing_step`, which is 20 there. Each
  /// step is two calls and a transaction of the firewall, so 500 taps take half the time in five steps.
  package var processingStep = 100
  /// The first pause before a device that failed is tried again; it doubles up to `longestRetryPause`.
  package var retryPause: Duration = .milliseconds(100)
  package var longestRetryPause: Duration = .seconds(10)
  /// How old a guest's tap has to be before the agent puts it into its bridge: libvirt may be about to.
  package var plugPause: Duration = .milliseconds(5)
  /// How long a bridge of ours is kept without a tap: a guest that is about to start counts on it.
  package var idleBridgeLife: Duration = .seconds(60)

  package init(host: String) {
    self.host = host
  }
}

extension AgentConfiguration {
  /// Throws ``ConfigurationError``, in upstream's words, if the host lacks what the operator counts on.
  func check(links: LinkTable, addresses: [LinkAddress]) throws(ConfigurationError) {
    for (network, interface) in interfaceMappings.sorted(by: { $0.key < $1.key }) where links[interface] == nil {
      throw ConfigurationError("Interface \(interface) for physical network \(network) does not exist.")
    }
    for (network, bridge) in bridgeMappings.sorted(by: { $0.key < $1.key }) where links[bridge] == nil {
      throw ConfigurationError("Bridge \(bridge) for physical network \(network) does not exist.")
    }
    if let vxlan, !addresses.contains(where: { $0.address == vxlan.localIP.bits }) {
      throw ConfigurationError(
        "Tunneling cannot be enabled without the local_ip bound to an interface on the host. Please configure local_ip "
          + "\(vxlan.localIP) on the host interface to be used for tunneling and restart the agent.")
    }
  }
}

/// A configuration that this host cannot follow; the program says so and ends.
package struct ConfigurationError: Error, Hashable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}
