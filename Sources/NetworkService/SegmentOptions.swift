package import Model

/// Reads the options that ``SegmentPlan`` is made of, under upstream's names, as lists of their elements.
///
/// - `type_drivers` (`[ml2]`): the kinds of network there may be, of `local`, `flat`, `vlan`, `vxlan`.
/// - `tenant_network_types` (`[ml2]`): what a network without `provider:network_type` becomes; the first of which a
///   segment is left. `external_network_type` is the same for external networks, if it is set.
/// - `network_vlan_ranges` (`[ml2_type_vlan]`): `physnet:first:last`, or `physnet` alone for all VLANs of it.
/// - `vni_ranges` (`[ml2_type_vxlan]`): `first:last`.
/// - `flat_networks` (`[ml2_type_flat]`): physical networks that may be flat, `*` for any, nothing for none.
/// - `global_physnet_mtu` (`[DEFAULT]`), `physical_network_mtus`, `path_mtu`, `overlay_ip_version` (`[ml2]`): see
///   ``SegmentMTU``.
package enum SegmentOptions {
  /// Why a value means nothing, in a sentence for whoever wrote it.
  package struct Fault: Error, Hashable, CustomStringConvertible {
    package let description: String
  }

  /// The kinds that are named, each once, in the order in which they stand.
  package static func types(_ names: [String]) throws(Fault) -> [NetworkType] {
    var types: [NetworkType] = []
    for name in names {
      guard let type = NetworkType(rawValue: name) else {
        let known = NetworkType.allCases.map(\.rawValue).joined(separator: ", ")
        throw Fault(description: "'\(name)' is none of \(known)")
      }
      if !types.contains(type) { types.append(type) }
    }
    return types
  }

  /// The physical networks in the order in which they are named first.
  package static func vlans(_ entries: [String]) throws(Fault) -> [SegmentPlan.VLANs] {
    var names: [String] = []
    var ranges: [String: [ClosedRange<Int>]] = [:]
    for entry in entries {
      let parts = entry.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let name = parts[0]
      guard !name.isEmpty else { throw Fault(description: "'\(entry)' names no physical network") }
      let range = parts.count == 1 ? 1...4094 : try Self.range(parts[1], of: .vlan)
      if ranges[name] == nil { names.append(name) }
      ranges[name, default: []].append(range)
    }
    return names.map { SegmentPlan.VLANs(physicalNetwork: $0, ranges: ranges[$0] ?? []) }
  }

  /// Ranges of VNIs, joined.
  package static func vniRanges(_ entries: [String]) throws(Fault) -> [ClosedRange<Int>] {
    var ranges: [ClosedRange<Int>] = []
    for entry in entries { ranges.append(try range(entry, of: .vxlan)) }
    return ranges.joined
  }

  /// `nil` for any.
  package static func flatNetworks(_ names: [String]) -> Set<String>? {
    names.contains("*") ? nil : Set(names.filter { !$0.isEmpty })
  }

  /// What physical networks let through, in bytes, by their names.
  package static func mtus(_ entries: [String]) throws(Fault) -> [String: Int] {
    var mtus: [String: Int] = [:]
    for entry in entries {
      let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, let mtu = Int(parts[1]), (Network.smallestMTU...65_535).contains(mtu)
      else {
        throw Fault(description: "'\(entry)' is not a physical network and its MTU, as physnet1:9000")
      }
      guard mtus.updateValue(mtu, forKey: String(parts[0])) == nil else {
        throw Fault(description: "'\(parts[0])' is there twice")
      }
    }
    return mtus
  }

  /// What is wrong with the kinds of network together; `nil` if nothing is.
  package static func fault(ofTypesOf plan: SegmentPlan) -> Fault? {
    let wanted = plan.tenantTypes + (plan.externalType.map { [$0] } ?? [])
    return wanted.first { !plan.types.contains($0) }
      .map { Fault(description: "'\($0.rawValue)' is none of the type_drivers") }
  }

  /// What is wrong with the MTUs together; `nil` if nothing is.
  package static func fault(ofMTUsOf plan: SegmentPlan) -> Fault? {
    guard plan.types.contains(.vxlan), plan.mtu.largest(on: .vxlan) < Network.smallestMTU else { return nil }
    let smallest = plan.mtu.tunnelOverhead + Network.smallestMTU
    return Fault(description: "VXLAN networks need at least \(smallest)")
  }

  private static func range(_ text: String, of type: NetworkType) throws(Fault) -> ClosedRange<Int> {
    let ends = text.split(separator: ":", omittingEmptySubsequences: false).map { part in
      Int(part.filter { $0 != " " })
    }
    let allowed = type.segmentationIDs ?? 1...1
    guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last, allowed.contains(first),
      allowed.contains(last)
    else {
      throw Fault(
        description: "'\(text)' is not first:last with numbers from \(allowed.lowerBound) to \(allowed.upperBound)")
    }
    return first...last
  }
}
