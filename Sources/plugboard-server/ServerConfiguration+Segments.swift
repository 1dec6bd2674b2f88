import Model
import NetworkService
import OsloConfig

extension ServerConfiguration {
  /// Which networks can be made, and of what; see ``SegmentOptions``.
  static func segments(_ options: OsloOptions) throws -> SegmentPlan {
    var plan = SegmentPlan()
    if let types = try read("ml2.type_drivers", options, SegmentOptions.types) { plan.types = Set(types) }
    if let types = try read("ml2.tenant_network_types", options, SegmentOptions.types) { plan.tenantTypes = types }
    if let types = try read("ml2.external_network_type", options, SegmentOptions.types) {
      guard types.count <= 1 else { throw options.invalid("ml2.external_network_type", "there can be only one") }
      plan.externalType = types.first
    }
    if let vlans = try read("ml2_type_vlan.network_vlan_ranges", options, SegmentOptions.vlans) { plan.vlans = vlans }
    if let ranges = try read("ml2_type_vxlan.vni_ranges", options, SegmentOptions.vniRanges) {
      plan.vniRanges = ranges
    }
    if let names = try options.list("ml2_type_flat.flat_networks") {
      plan.flatNetworks = SegmentOptions.flatNetworks(names)
    }
    plan.mtu = try mtu(options)
    if let fault = SegmentOptions.fault(ofTypesOf: plan) {
      throw options.invalid("ml2.tenant_network_types", "\(fault)")
    }
    if let fault = SegmentOptions.fault(ofMTUsOf: plan) {
      throw options.invalid(plan.mtu.path > 0 ? "ml2.path_mtu" : "global_physnet_mtu", "\(fault)")
    }
    return plan
  }

  private static func mtu(_ options: OsloOptions) throws -> SegmentMTU {
    var mtu = SegmentMTU()
    if let size = try options.integer("global_physnet_mtu", in: Network.smallestMTU...65_535) { mtu.physical = size }
    if let size = try options.integer("ml2.path_mtu", in: 0...65_535) { mtu.path = size }
    if let sizes = try read("ml2.physical_network_mtus", options, SegmentOptions.mtus) { mtu.physicalNetworks = sizes }
    if let number = try options.integer("ml2.overlay_ip_version") {
      guard let version = IPVersion(rawValue: number) else {
        throw options.invalid("ml2.overlay_ip_version", "neither 4 nor 6")
      }
      mtu.overlayIPVersion = version
    }
    return mtu
  }

  private static func read<Value>(
    _ name: OptionName, _ options: OsloOptions, _ parse: ([String]) throws(SegmentOptions.Fault) -> Value
  ) throws -> Value? {
    guard let elements = try options.list(name) else { return nil }
    do {
      return try parse(elements)
    } catch {
      throw options.invalid(name, "\(error)")
    }
  }
}
