/// The questions that a host must pass, in the order in which they are asked, under upstream's names
/// (`nova/scheduler/filters`). What upstream's Placement service answers is `Resources`.
package enum HostFilter: String, CaseIterable, Sendable {
  case requestedHost = "RequestedHost"
  case excludedHosts = "ExcludedHosts"
  case compute = "ComputeFilter"
  case availabilityZone = "AvailabilityZoneFilter"
  case tenantIsolation = "AggregateMultiTenancyIsolation"
  case aggregateExtraSpecs = "AggregateInstanceExtraSpecsFilter"
  case aggregateImageProperties = "AggregateImagePropertiesIsolation"
  case imageProperties = "ImagePropertiesFilter"
  case sameHost = "SameHostFilter"
  case differentHost = "DifferentHostFilter"
  case nearHost = "SimpleCIDRAffinityFilter"
  case affinity = "ServerGroupAffinityFilter"
  case antiAffinity = "ServerGroupAntiAffinityFilter"
  case resources = "Resources"

  /// Whether an administrator who names the host is asked as well.
  var appliesToForced: Bool {
    switch self {
    case .requestedHost, .excludedHosts, .compute, .resources: true
    default: false
    }
  }

  /// Why the host will not do; empty if that goes without saying, `nil` if it will do.
  ///
  /// - Parameter groupHasHosts: Whether any member of the request's group has a host.
  func refusal(
    of host: HostCandidate, _ request: PlacementRequest, _ policy: SchedulingPolicy, groupHasHosts: Bool,
    at now: Timestamp
  ) -> String? {
    switch self {
    case .requestedHost: request.requestedHost.refuses { $0 == host.node.host }
    case .excludedHosts: request.excludedHosts.contains(host.node.host) ? "" : nil
    case .compute: host.absence(policy, at: now)
    case .availabilityZone: request.zone.refuses { $0 == host.zone(policy) }
    case .tenantIsolation: host.isClosed(to: request.projectID) ? "" : nil
    case .aggregateExtraSpecs: host.unmetSpec(of: request.extraSpecs)
    case .aggregateImageProperties: host.refusedProperty(of: request.imageProperties)
    case .imageProperties: host.unsupportedProperty(of: request.imageProperties)
    case .sameHost:
      request.hints.sameHost.isEmpty || !host.hintedInstances.isDisjoint(with: request.hints.sameHost) ? nil : ""
    case .differentHost: host.hintedInstances.isDisjoint(with: request.hints.differentHost) ? nil : ""
    case .nearHost: request.hints.nearNetwork.refuses { host.node.hostIP.map($0.contains) ?? false }
    case .affinity:
      request.group?.policy == .affinity && groupHasHosts && host.groupMembers == 0 ? "" : nil
    case .antiAffinity: host.crowding(request.group)
    case .resources: host.shortage(request.flavor, policy)
    }
  }
}

extension Optional {
  /// `nil`, which is no refusal, if nothing is asked for or it is met.
  fileprivate func refuses(unless isMet: (Wrapped) -> Bool) -> String? {
    guard let self else { return nil }
    return isMet(self) ? nil : ""
  }
}

extension HostCandidate {
  fileprivate func absence(_ policy: SchedulingPolicy, at now: Timestamp) -> String? {
    guard node.isEnabled else { return "disabled" }
    guard !node.isForcedDown else { return "forced down" }
    return node.isUp(at: now, downTime: policy.serviceDownTime) ? nil : "silent since \(node.heartbeatAt)"
  }

  /// The zone of the host: that of its aggregates, of which the API lets one host have only one, or the default.
  package func zone(_ policy: SchedulingPolicy) -> String {
    aggregates.lazy.compactMap(\.availabilityZone).first ?? policy.availabilityZone
  }

  fileprivate func crowding(_ group: ServerGroup?) -> String? {
    guard let group, group.policy == .antiAffinity, !hasInstance else { return nil }
    let most = group.maxServerPerHost ?? 1
    return groupMembers < most ? nil : "\(groupMembers) of \(most)"
  }
}
