// What aggregates and images say of who may use a host.
extension HostCandidate {
  /// Aggregates with `filter_tenant_id` (or that and anything behind it) are for the projects that they name.
  func isClosed(to projectID: String) -> Bool {
    var projects: Set<String> = []
    for aggregate in aggregates {
      for (key, value) in aggregate.metadata where key.hasPrefix("filter_tenant_id") {
        projects.formUnion([Aggregate].parts(value))
      }
    }
    return !projects.isEmpty && !projects.contains(projectID)
  }

  /// The first extra spec about aggregates that the host's aggregates do not meet: one with the scope
  /// `aggregate_instance_extra_specs`, or without a scope.
  func unmetSpec(of specs: [String: String]) -> String? {
    for (name, wanted) in specs.sorted(by: { $0.key < $1.key }) {
      let parts = name.split(separator: ":", maxSplits: 1)
      if parts.count == 2, parts[0] != "aggregate_instance_extra_specs" { continue }
      guard let key = parts.last.map(String.init) else { continue }
      let values = aggregates.values(of: key)
      guard values.contains(where: { ExtraSpecRequirement(wanted).isMet(by: $0) }) else { return name }
    }
    return nil
  }

  /// The first property of the image for which the host's aggregates name other values.
  func refusedProperty(of properties: [String: String]) -> String? {
    for (key, value) in properties.sorted(by: { $0.key < $1.key }) where !value.isEmpty {
      let values = aggregates.values(of: key)
      if !values.isEmpty, !values.contains(value) { return key }
    }
    return nil
  }

  /// The first property of the image that the host's hypervisor cannot meet. Every hypervisor here runs whole machines;
  /// a host that has not told its architecture is taken to have the one that is wanted.
  func unsupportedProperty(of properties: [String: String]) -> String? {
    if let wanted = properties["hw_architecture"] ?? properties["architecture"], let own = node.architecture,
      Self.canonicalArchitecture(wanted) != Self.canonicalArchitecture(own)
    {
      return "hw_architecture"
    }
    if let wanted = (properties["img_hv_type"] ?? properties["hypervisor_type"])?.lowercased(),
      wanted != node.hypervisorType.lowercased(), !(wanted == "kvm" && node.hypervisorType.lowercased() == "qemu")
    {
      return "img_hv_type"
    }
    if let mode = (properties["hw_vm_mode"] ?? properties["vm_mode"])?.lowercased(), mode != "hvm" {
      return "hw_vm_mode"
    }
    return nil
  }

  /// `nova.objects.fields.Architecture.canonicalize`
  private static func canonicalArchitecture(_ name: String) -> String {
    switch name.lowercased() {
    case "amd64": "x86_64"
    case "i386", "i486", "i586", "i686", "x86_32": "i686"
    case "arm64": "aarch64"
    case let other: other
    }
  }
}
