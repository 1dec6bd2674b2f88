/// The Networking service's options, under upstream's names.
///
/// - `agent_down_time` (`[DEFAULT]`): seconds after the last heartbeat until an agent is taken for dead.
/// - `vni_ranges` (`[ml2_type_vxlan]`): `first:last` with commas between; what VXLAN networks are given.
/// - `flat_networks` (`[ml2_type_flat]`): names of physical networks that may be flat, or `*` for any.
/// - `tenant_network_types` (`[ml2]`): what a network without `provider:network_type` becomes; the first that is free.
/// - `global_physnet_mtu` (`[DEFAULT]`): the MTU of the physical networks.
/// - `port_transition_retention`, `port_transition_limit` (`[plugboard]`): how long and how many rows of
///   `port_transitions` are kept.
package struct NetworkConfiguration: Sendable {
  package var agentDownTime: Duration = .seconds(75)
  package var vniRanges: [ClosedRange<Int>] = [1...16_777_215]
  /// `nil` allows any name.
  package var flatNetworks: Set<String>?
  package var tenantNetworkTypes: [String] = ["vxlan"]
  package var physicalMTU = 1500
  package var portTransitionRetention: Duration = .seconds(7 * 86_400)
  package var portTransitionLimit = 1_000_000
  /// How often failed bindings are compared with the agents that are alive.
  package var rebindInterval: Duration = .seconds(10)

  package init() {}
}

extension NetworkConfiguration {
  /// A value of an option that means nothing.
  package struct InvalidOption: Error, Hashable, CustomStringConvertible {
    package let option: String
    package let value: String
    package let reason: String

    package var description: String { "option \(option) is '\(value)': \(reason)" }
  }

  /// Reads `vni_ranges`.
  package static func vniRanges(_ text: String) throws(InvalidOption) -> [ClosedRange<Int>] {
    var ranges: [ClosedRange<Int>] = []
    for item in text.split(separator: ",") {
      let ends = item.split(separator: ":").map { Int($0.filter { $0 != " " }) }
      guard ends.count == 2, let first = ends[0], let last = ends[1], 1 <= first, first <= last, last <= 16_777_215
      else {
        throw InvalidOption(
          option: "vni_ranges", value: text, reason: "a range is first:last with numbers from 1 to 16777215")
      }
      ranges.append(first...last)
    }
    return ranges
  }

  /// Reads `flat_networks`; `nil` for `*`.
  package static func flatNetworks(_ text: String) -> Set<String>? {
    let names = text.split(separator: ",").map { String($0.filter { $0 != " " }) }
    return names.contains("*") ? nil : Set(names)
  }
}
