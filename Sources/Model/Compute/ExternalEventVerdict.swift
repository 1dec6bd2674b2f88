extension InstanceEventName {
  /// The Compute API's microversion, 2.this, that accepts the name
  /// (`nova/api/openstack/compute/schemas/server_external_events.py`).
  package var minimumMicroversion: Int {
    switch self {
    case .networkChanged, .networkVIFPlugged, .networkVIFUnplugged, .networkVIFDeleted: 1
    case .volumeExtended: 51
    case .powerUpdate: 76
    case .acceleratorRequestBound: 82
    case .volumeReimaged: 93
    }
  }

  /// Whether an event of the name is meaningless without a tag.
  package var requiresTag: Bool {
    switch self {
    case .volumeExtended, .powerUpdate, .acceleratorRequestBound, .volumeReimaged: true
    case .networkChanged, .networkVIFPlugged, .networkVIFUnplugged, .networkVIFDeleted: false
    }
  }
}

/// What the Compute service does with an external event.
package enum ExternalEventVerdict: Hashable, Sendable {
  /// It goes to these hosts: while an instance moves, two wait for what happens to its ports.
  case accepted(hosts: Set<String>)
  case instanceNotFound
  case tagMissing
  /// The instance exists, but no host has it yet.
  case instanceHasNoHost

  /// - Parameter instance: what is known of the event's instance, `nil` if it does not exist.
  package init(on event: InstanceEvent, instance: EventTarget?) {
    guard let instance else {
      self = .instanceNotFound
      return
    }
    guard event.tag != nil || !event.name.requiresTag else {
      self = .tagMissing
      return
    }
    self = instance.hosts.isEmpty ? .instanceHasNoHost : .accepted(hosts: instance.hosts)
  }

  /// The `code` of the event in the answer.
  package var code: Int {
    switch self {
    case .accepted: 200
    case .instanceNotFound: 404
    case .tagMissing: 400
    case .instanceHasNoHost: 422
    }
  }
}

/// What must be known of an instance to judge an event that is about it.
package struct EventTarget: Hashable, Sendable {
  /// The host that has the instance, and those that an operation on it has to do with.
  package var hosts: Set<String>

  package init(hosts: Set<String>) {
    self.hosts = hosts
  }
}
