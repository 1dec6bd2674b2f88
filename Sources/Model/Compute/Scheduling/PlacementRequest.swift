/// What an instance needs of a host, and where its user wants it.
package struct PlacementRequest: Hashable, Sendable {
  /// The flavor that the instance will have.
  package var flavor: Flavor
  package var projectID: String
  /// The instance that is placed. One that is there already does not stand in its own way, and brings its group along.
  package var instanceID: UUID?
  /// The zone that was asked for; `nil` for any.
  package var zone: String?
  /// The only host that will do.
  package var requestedHost: String?
  /// An administrator insists on ``requestedHost`` (`zone:host`): only whether it lives and has room is looked at.
  package var isForced = false
  /// Hosts that were tried, or that the instance shall leave.
  package var excludedHosts: Set<String> = []
  package var group: ServerGroup?
  package var hints = SchedulerHints()
  /// The flavor's extra specs and the image's properties, of which some speak of hosts.
  package var extraSpecs: [String: String]
  package var imageProperties: [String: String]

  package init(
    flavor: Flavor, projectID: String, instanceID: UUID? = nil, zone: String? = nil, requestedHost: String? = nil,
    extraSpecs: [String: String] = [:], imageProperties: [String: String] = [:]
  ) {
    self.flavor = flavor
    self.projectID = projectID
    self.instanceID = instanceID
    self.zone = zone
    self.requestedHost = requestedHost
    self.extraSpecs = extraSpecs
    self.imageProperties = imageProperties
  }
}

/// What `os:scheduler_hints` of `POST /servers` asks for.
package struct SchedulerHints: Hashable, Sendable {
  /// The group that the instance becomes a member of.
  package var group: UUID?
  package var sameHost: Set<UUID> = []
  package var differentHost: Set<UUID> = []
  /// The hosts whose addresses are in this network.
  package var nearNetwork: IPNetwork?

  package init() {}

  /// The instances that are named; where they are must be known to follow the hints.
  package var instances: Set<UUID> { sameHost.union(differentHost) }
}

/// A host that an instance may go to, with all that filters and weights look at.
package struct HostCandidate: Hashable, Sendable {
  package var node: ComputeNode
  /// Those that the host is in.
  package var aggregates: [Aggregate]
  /// How many members of the request's group are on it, without the instance that is placed.
  package var groupMembers = 0
  /// Those of the instances that the request's hints name that are on it.
  package var hintedInstances: Set<UUID> = []
  /// The instance that is placed is there now.
  package var hasInstance = false

  package init(node: ComputeNode, aggregates: [Aggregate] = []) {
    self.node = node
    self.aggregates = aggregates
  }

  /// Counts one more instance of the flavor, for the next of several that are placed together.
  package mutating func take(_ flavor: Flavor, isGroupMember: Bool) {
    node.used.instances += 1
    node.used.vcpus += flavor.vcpus
    node.used.memoryMB += flavor.memoryMB
    node.used.diskGB += flavor.diskGB
    if isGroupMember { groupMembers += 1 }
  }
}
