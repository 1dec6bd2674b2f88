/// What the Networking service tells the Compute service about an instance: one element of the `events` of
/// `POST /os-server-external-events`.
package struct InstanceEvent: Hashable, Sendable {
  package var name: InstanceEventName
  /// The instance, Nova's `server_uuid`.
  package var instanceID: UUID
  /// The port for the network events; some other events have none.
  package var tag: String?
  package var status: InstanceEventStatus

  package init(name: InstanceEventName, instanceID: UUID, tag: String?, status: InstanceEventStatus = .completed) {
    self.name = name
    self.instanceID = instanceID
    self.tag = tag
    self.status = status
  }
}

/// The names Nova accepts, with the Compute microversion that brought each
/// (`nova/api/openstack/compute/schemas/server_external_events.py`).
package enum InstanceEventName: String, CaseIterable, Sendable {
  case networkChanged = "network-changed"
  case networkVIFPlugged = "network-vif-plugged"
  case networkVIFUnplugged = "network-vif-unplugged"
  case networkVIFDeleted = "network-vif-deleted"
  case volumeExtended = "volume-extended"
  case powerUpdate = "power-update"
  case acceleratorRequestBound = "accelerator-request-bound"
  case volumeReimaged = "volume-reimaged"
}

/// How what the event tells of has ended.
package enum InstanceEventStatus: String, CaseIterable, Sendable {
  case completed
  case failed
  case inProgress = "in-progress"
}
