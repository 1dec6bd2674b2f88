/// What a host does with a port: the answer of binding, which Nova builds the interface from.
package struct PortBinding: Hashable, Sendable {
  /// The host asked for with `binding:host_id`; empty if none was.
  package var host: String
  package var vifType: VIFType
  /// `binding:vif_details`, a JSON object as text, as it is stored and shown.
  package var vifDetails: String
  package var vnicType: VNICType
  /// `binding:profile`, a JSON object as text, as it is stored and shown.
  package var profile: String
  package var status: PortBindingStatus
  /// How far the port is wired on this host. It is the port's own status, except for a distributed port, whose status
  /// is the aggregate of these, and for an inactive binding, where it tells that the port is plugged there already.
  package var portStatus: PortStatus

  package init(
    host: String = "", vifType: VIFType = .unbound, vifDetails: String = "{}", vnicType: VNICType = .normal,
    profile: String = "{}", status: PortBindingStatus = .active, portStatus: PortStatus = .down
  ) {
    self.host = host
    self.vifType = vifType
    self.vifDetails = vifDetails
    self.vnicType = vnicType
    self.profile = profile
    self.status = status
    self.portStatus = portStatus
  }

  /// Whether a mechanism serves the port on ``host``.
  package var isBound: Bool { !host.isEmpty && vifType.isBound }
}

/// How the guest's interface is to be plugged; upstream's `vif_type`.
package enum VIFType: String, CaseIterable, Sendable {
  /// A tap that the Linux bridge agent puts into the network's bridge.
  case bridge
  case unbound
  /// No live agent on the host can serve the network.
  case bindingFailed = "binding_failed"
  /// A distributed router's port, bound on many hosts at once.
  case distributed

  package var isBound: Bool { self == .bridge || self == .distributed }
}

/// The kind of interface asked for. The Linux bridge serves `normal` alone.
package enum VNICType: String, CaseIterable, Sendable {
  case normal
  case direct
  case macvtap
  case baremetal
  case directPhysical = "direct-physical"
  case virtioForwarder = "virtio-forwarder"
  case smartNIC = "smart-nic"
  case acceleratorDirect = "accelerator-direct"
  case acceleratorDirectPhysical = "accelerator-direct-physical"
  case remoteManaged = "remote-managed"
  case vdpa
}

/// Of the bindings of a port one is active; a live migration prepares another as inactive.
package enum PortBindingStatus: String, CaseIterable, Sendable {
  case active = "ACTIVE"
  case inactive = "INACTIVE"
}
