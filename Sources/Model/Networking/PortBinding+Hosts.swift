// A port that a guest is moved with has a binding to each host concerned: one ACTIVE, where the guest runs, and others
// INACTIVE, where it may run soon or ran until now (upstream's extension binding-extended).

extension Port {
  /// Whether the port may have bindings to several hosts: only what a guest or a share is plugged into moves
  /// (`neutron/plugins/ml2/plugin.py` `_validate_port_supports_multiple_bindings`).
  package var supportsSeveralBindings: Bool { deviceOwner.hasPrefix("compute:") || deviceOwner.hasPrefix("manila:") }
}

extension PortBinding {
  /// The binding as the active one. Nothing is known to be wired yet: the agent says so anew.
  package func activated() -> PortBinding {
    var result = self
    (result.status, result.portStatus) = (.active, .down)
    return result
  }

  /// What is left of the binding when another becomes the active one: the host and what was asked for there.
  package func deactivated() -> PortBinding {
    var result = self
    (result.status, result.portStatus) = (.inactive, .down)
    (result.vifType, result.vifDetails) = (.unbound, "{}")
    return result
  }
}
