import ComputeService
import Model
import NetworkService
import OsloConfig

extension ServerConfiguration {
  static func network(_ options: OsloOptions) throws -> NetworkConfiguration {
    var network = NetworkConfiguration()
    if let time = try options.duration("agent_down_time") { network.agentDownTime = time }
    if let ranges = options.string("ml2_type_vxlan.vni_ranges") {
      network.vniRanges = try NetworkConfiguration.vniRanges(ranges)
    }
    if let names = options.string("ml2_type_flat.flat_networks") {
      network.flatNetworks = NetworkConfiguration.flatNetworks(names)
    }
    if let types = try options.list("ml2.tenant_network_types") { network.tenantNetworkTypes = types }
    if let mtu = try options.integer("global_physnet_mtu", in: 68...65_535) { network.physicalMTU = mtu }
    if let time = try options.duration("plugboard.port_transition_retention") { network.portTransitionRetention = time }
    if let limit = try options.integer("plugboard.port_transition_limit", in: 1...Int.max) {
      network.portTransitionLimit = limit
    }
    return network
  }

  static func compute(_ options: OsloOptions) throws -> ComputeOptions {
    var compute = ComputeOptions()
    if let time = try options.duration("instance_build_timeout"), time > .zero { compute.instanceBuildTimeout = time }
    if let time = try options.duration("service_down_time") { compute.scheduling.serviceDownTime = time }
    if let limit = try options.integer("api.max_limit", in: 1...100_000) { compute.maxLimit = limit }
    if let zone = options.string("default_availability_zone") { compute.availabilityZone = zone }
    if let ratio = try ratio("cpu_allocation_ratio", options) { compute.scheduling.cpuAllocationRatio = ratio }
    if let ratio = try ratio("ram_allocation_ratio", options) { compute.scheduling.ramAllocationRatio = ratio }
    if let ratio = try ratio("disk_allocation_ratio", options) { compute.scheduling.diskAllocationRatio = ratio }
    return compute
  }

  private static func ratio(_ name: OptionName, _ options: OsloOptions) throws -> Double? {
    guard let text = options.string(name) else { return nil }
    guard let ratio = Double(text), ratio > 0, ratio.isFinite else {
      throw options.invalid(name, "'\(text)' is no ratio above 0")
    }
    return ratio
  }
}
