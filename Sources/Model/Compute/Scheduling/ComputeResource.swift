/// What the Compute API's quotas limit, by the names that it has for them and in their order.
package enum ComputeResource: String, CaseIterable, Sendable {
  case cores
  case fixedIPs = "fixed_ips"
  case floatingIPs = "floating_ips"
  case injectedFileContentBytes = "injected_file_content_bytes"
  case injectedFilePathBytes = "injected_file_path_bytes"
  case injectedFiles = "injected_files"
  case instances
  case keyPairs = "key_pairs"
  case metadataItems = "metadata_items"
  case ram
  case securityGroupRules = "security_group_rules"
  case securityGroups = "security_groups"
  case serverGroupMembers = "server_group_members"
  case serverGroups = "server_groups"

  /// Upstream's default (`nova/conf/quota.py`); -1 is no limit. What belongs to the Networking service has none here.
  package var defaultLimit: Int {
    switch self {
    case .cores: 20
    case .injectedFileContentBytes: 10 * 1024
    case .injectedFilePathBytes: 255
    case .injectedFiles: 5
    case .instances, .serverGroups, .serverGroupMembers: 10
    case .keyPairs: 100
    case .metadataItems: 128
    case .ram: 50 * 1024
    case .fixedIPs, .floatingIPs, .securityGroups, .securityGroupRules: -1
    }
  }

  /// What belongs to the Networking service.
  package static let networking: Set<ComputeResource> = [.fixedIPs, .floatingIPs, .securityGroups, .securityGroupRules]
  /// What went with personality files.
  package static let injected: Set<ComputeResource> = [
    .injectedFiles, .injectedFileContentBytes, .injectedFilePathBytes,
  ]
}

/// A limit for each resource; -1 is none.
package struct QuotaLimits: Hashable, Sendable {
  private var limits: [ComputeResource: Int] = [:]

  /// The defaults.
  package init() {}

  package subscript(resource: ComputeResource) -> Int {
    get { limits[resource] ?? resource.defaultLimit }
    set { limits[resource] = newValue }
  }

  /// These limits, but for what `settings` says, by the resources' names. A name that is not known is left out.
  package func changed(by settings: [String: Int]) -> QuotaLimits {
    var changed = self
    for (name, limit) in settings { if let resource = ComputeResource(rawValue: name) { changed[resource] = limit } }
    return changed
  }

  /// Whether there may be so many.
  package func allows(_ count: Int, of resource: ComputeResource) -> Bool {
    self[resource] < 0 || count <= self[resource]
  }
}
