import ComputeService
import Model
import NetworkService
import OsloConfig

extension ServerConfiguration {
  static func network(_ options: OsloOptions) throws -> NetworkConfiguration {
    var network = NetworkConfiguration()
    if let time = try options.duration("agent_down_time") { network.agentDownTime = time }
    if let zones = try options.list("default_availability_zones") { network.defaultAvailabilityZones = zones }
    network.segments = try segments(options)
    if let time = try options.duration("plugboard.port_transition_retention") { network.portTransitionRetention = time }
    if let limit = try options.integer("plugboard.port_transition_limit", in: 1...Int.max) {
      network.portTransitionLimit = limit
    }
    network.paginationMaxLimit = try paginationMaxLimit(options)
    network.quotas = try quotas(options)
    network.ports = try ports(options)
    network.subnets = try subnets(options)
    network.dhcp = try dhcp(options)
    return network
  }

  private static func dhcp(_ options: OsloOptions) throws -> DHCPOptions {
    var dhcp = DHCPOptions()
    if let count = try options.integer("dhcp_agents_per_network", in: 1...100) { dhcp.agentsPerNetwork = count }
    if let isOn = try options.boolean("network_auto_schedule") { dhcp.schedulesAutomatically = isOn }
    if let isOn = try options.boolean("dhcp_agent_notification") { dhcp.notifiesAgents = isOn }
    return dhcp
  }

  private static func paginationMaxLimit(_ options: OsloOptions) throws -> Int? {
    guard let text = options.string("pagination_max_limit"), text.lowercased() != "infinite", text != "-1" else {
      return nil
    }
    return try options.integer("pagination_max_limit", in: 1...Int.max)
  }

  private static func quotas(_ options: OsloOptions) throws -> QuotaConfiguration {
    var quotas = QuotaConfiguration()
    if let limit = try options.integer("quotas.default_quota", in: -1...quotaMaximum) { quotas.defaultQuota = limit }
    for resource in QuotaResource.allCases where resource != .subnetPool {
      let name = OptionName(group: "quotas", option: "quota_\(resource.rawValue)")
      if let limit = try options.integer(name, in: -1...quotaMaximum) { quotas[resource] = limit }
    }
    return quotas
  }

  /// What the database of upstream's service can hold, and so the greatest limit that clients know.
  private static let quotaMaximum = 2_147_483_647

  static func compute(_ options: OsloOptions) throws -> ComputeOptions {
    var compute = ComputeOptions()
    if let time = try options.duration("instance_build_timeout"), time > .zero { compute.instanceBuildTimeout = time }
    if let time = try options.duration("service_down_time") { compute.scheduling.serviceDownTime = time }
    if let limit = try options.integer("api.max_limit", in: 1...100_000) { compute.maxLimit = limit }
    if let domain = options.string("api.dhcp_domain") { compute.dhcpDomain = domain }
    if let time = try options.duration("api.metadata_cache_expiration") { compute.metadataCacheExpiration = time }
    if let isAllowed = try options.boolean("allow_resize_to_same_host") { compute.allowsResizeToSameHost = isAllowed }
    compute.offloadsShelved = try options.integer("shelved_offload_time", in: -1...0) != -1
    compute.quotas = try computeQuotas(options)
    try scheduling(options, &compute.scheduling)
    if let zone = options.string("default_availability_zone") { compute.availabilityZone = zone }
    return compute
  }

  private static func scheduling(_ options: OsloOptions, _ policy: inout SchedulingPolicy) throws {
    if let ratio = try ratio("cpu_allocation_ratio", options) { policy.cpuAllocationRatio = ratio }
    if let ratio = try ratio("ram_allocation_ratio", options) { policy.ramAllocationRatio = ratio }
    if let ratio = try ratio("disk_allocation_ratio", options) { policy.diskAllocationRatio = ratio }
    if let count = try options.integer("scheduler.max_attempts", in: 1...100) { policy.maxAttempts = count }
    let multipliers: [(String, WritableKeyPath<SchedulingPolicy, Double>)] = [
      ("ram", \.ramWeight), ("cpu", \.cpuWeight), ("disk", \.diskWeight), ("soft_affinity", \.softAffinityWeight),
      ("soft_anti_affinity", \.softAntiAffinityWeight),
    ]
    for (name, path) in multipliers {
      let name = OptionName(group: "filter_scheduler", option: "\(name)_weight_multiplier")
      guard let text = options.string(name) else { continue }
      guard let weight = Double(text), weight.isFinite else { throw options.invalid(name, "'\(text)' is no number") }
      policy[keyPath: path] = weight
    }
  }

  private static func computeQuotas(_ options: OsloOptions) throws -> QuotaLimits {
    var quotas = QuotaLimits()
    for resource in ComputeResource.allCases where !ComputeResource.networking.contains(resource) {
      let option = resource == .injectedFilePathBytes ? "injected_file_path_length" : resource.rawValue
      if let limit = try options.integer(OptionName(group: "quota", option: option), in: -1...quotaMaximum) {
        quotas[resource] = limit
      }
    }
    return quotas
  }

  private static func ratio(_ name: OptionName, _ options: OsloOptions) throws -> Double? {
    guard let text = options.string(name) else { return nil }
    guard let ratio = Double(text), ratio > 0, ratio.isFinite else {
      throw options.invalid(name, "'\(text)' is no ratio above 0")
    }
    return ratio
  }
}
