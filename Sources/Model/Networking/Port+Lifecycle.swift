// A port's life, as docs/architecture.md draws it:
//
//               details fetched          device up, and no provisioning block left
//     DOWN --------------------> BUILD --------------------> ACTIVE       wiring failed: any -> ERROR
//      ^                           |                            |
//      +---------------------------+-------- device down -------+
//
// Two rules, both total: `PortStatus.decision` says what a report does to a port, `PortStatus.event` says what a
// change of status is worth to the instance. Whoever reports twice is answered "nothing to do" the second time.

/// What is reported of a port's device.
package enum PortReport: CaseIterable, Sendable {
  /// An agent has seen the device and fetched its details to wire it.
  case detailsFetched
  /// The agent has wired the device.
  case deviceUp
  /// The device is gone, or the agent has unwired it.
  case deviceDown
  /// The agent could not wire the device.
  case wiringFailed
  /// Something other than the device has stopped blocking the port, such as DHCP.
  case unblocked
}

/// What the host that reports is to the port.
package enum ReportingHost: CaseIterable, Sendable {
  /// The port is bound here: the host of the active binding, or one of a distributed port's hosts.
  case bound
  /// A live migration expects the port here: the host of an inactive binding, or the profile's `migrating_to`.
  case expected
  /// Neither: a stale tap, or a report that was overtaken by a new binding.
  case stranger
}

/// What a report does to the status a port has on the reporting host.
package enum StatusDecision: Hashable, Sendable {
  case keep
  case become(PortStatus)
  /// Remember that the port is ACTIVE on this host and tell the instance that it is plugged, but leave the port's own
  /// status alone: the migration's target is ready.
  case announcePlugged
}

extension PortStatus {
  /// What `report` does to a port that has this status on the reporting host: its own status where it is bound, the
  /// inactive binding's where it is only expected.
  ///
  /// - `host`: what the reporting host is to the port.
  /// - `adminStateUp`: the port's; a disabled port never becomes ACTIVE (LP 1600396).
  /// - `isBlocked`: whether a provisioning block is left that the report itself does not complete.
  ///
  /// Fetching the details of an ACTIVE port leaves it ACTIVE, unlike upstream: an agent that restarts asks for
  /// everything, and a flap to BUILD would send every instance a second `network-vif-plugged`.
  package func decision(
    on report: PortReport, from host: ReportingHost, adminStateUp: Bool, isBlocked: Bool
  ) -> StatusDecision {
    switch (host, report) {
    case (.bound, .detailsFetched):
      guard adminStateUp else { return moving(to: .down) }
      return self == .active ? .keep : moving(to: .build)
    case (.bound, .deviceUp):
      guard adminStateUp else { return moving(to: .down) }
      if isBlocked { return self == .active ? .keep : moving(to: .build) }
      return moving(to: .active)
    case (.bound, .unblocked):
      // Only a port whose device is being wired can be waiting for somebody else.
      return self == .build && adminStateUp && !isBlocked ? .become(.active) : .keep
    case (.bound, .deviceDown): return moving(to: .down)
    case (.bound, .wiringFailed): return moving(to: .error)
    case (.expected, .deviceUp): return self == .active ? .keep : .announcePlugged
    case (.expected, .deviceDown): return moving(to: .down)
    case (.expected, .wiringFailed): return moving(to: .error)
    case (.expected, .detailsFetched), (.expected, .unblocked): return .keep
    case (.stranger, _): return .keep
    }
  }

  private func moving(to next: PortStatus) -> StatusDecision { self == next ? .keep : .become(next) }

  /// What a change of a compute port's status from `old` (`nil` for a new row) to `new` is worth to its instance.
  ///
  /// The table of `neutron/notifiers/nova.py` `record_port_status_changed`.
  package static func event(from old: PortStatus?, to new: PortStatus) -> (InstanceEventName, InstanceEventStatus)? {
    switch (old, new) {
    case (nil, .active), (.down, .active), (.build, .active): (.networkVIFPlugged, .completed)
    case (nil, .error), (.down, .error), (.build, .error): (.networkVIFPlugged, .failed)
    case (.active, .down): (.networkVIFUnplugged, .completed)
    case (nil, .down), (nil, .build), (.down, .down), (.down, .build), (.build, .down), (.build, .build),
      (.active, .build), (.active, .active), (.active, .error), (.error, _):
      nil
    }
  }

  /// The status of a distributed port from those of its bindings: ACTIVE if any is, else BUILD if any is, else DOWN.
  package static func aggregate(_ statuses: some Sequence<PortStatus>) -> PortStatus {
    var result = PortStatus.down
    for status in statuses {
      if status == .active { return .active }
      if status == .build { result = .build }
    }
    return result
  }
}

/// What the listeners say about a port: whose instance to tell, if any.
package enum ComputePort {
  /// The instance of a port with these attributes: `device_id` if it is a UUID and `device_owner` begins `compute:`.
  /// Other ports are nobody's business at the Compute service.
  package static func instanceID(deviceID: String, deviceOwner: String) -> UUID? {
    deviceOwner.hasPrefix("compute:") ? UUID(deviceID) : nil
  }
}
