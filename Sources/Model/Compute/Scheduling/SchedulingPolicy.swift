/// How hosts are chosen, and when one counts as dead: upstream's options with their defaults. The ratio of processors
/// is the one from before 2023, since a guest that waits takes none.
package struct SchedulingPolicy: Hashable, Sendable {
  /// `initial_cpu_allocation_ratio`; `cpu_allocation_ratio` of an aggregate goes before it, and so for the others.
  package var cpuAllocationRatio = 16.0
  package var ramAllocationRatio = 1.0
  package var diskAllocationRatio = 1.0
  /// `service_down_time`
  package var serviceDownTime = Duration.seconds(60)
  /// `default_availability_zone`: the zone of hosts whose aggregates name none.
  package var availabilityZone = "nova"
  /// `[scheduler] max_attempts`: how many hosts may try to build an instance.
  package var maxAttempts = 3
  /// `[filter_scheduler] ram_weight_multiplier` and its like; below zero, hosts are filled one after the other.
  package var ramWeight = 1.0
  package var cpuWeight = 1.0
  package var diskWeight = 1.0
  package var softAffinityWeight = 1.0
  package var softAntiAffinityWeight = 1.0

  package init() {}
}

/// Where an instance may go: the name of a host, or the reason why no host will do.
package enum SchedulingChoice: Hashable, Sendable {
  case host(String)
  /// `reason` names the filters that removed hosts, and the hosts, not more than a handful a filter.
  case noValidHost(reason: String)
}
