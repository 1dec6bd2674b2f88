import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

/// `/limits`: what the caller's project may have, and what it has; and the list of extensions, of which there are none.
struct LimitRoutes: Sendable {
  let store: Store
  let options: ComputeOptions

  func add(to api: RouterGroup<OpenStackRequestContext>) {
    api.get("limits") { try await limits($0, $1) }
    api.get("extensions") { _, _ in Response.json(["extensions": []]) }
  }

  private func limits(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let query = QueryString(request.uri.query)
    let version = context.microversion
    try query.check(["tenant_id", "reserved"], from: 75, version)
    var projectID = try context.caller.projectID ?? ""
    if let other = query["tenant_id"] {
      if other != projectID { try context.requireAdmin("os_compute_api:limits:other_project") }
      projectID = other
    }
    let quotas = Quotas(defaults: options.quotas)
    let (limits, usage) = try await store.read { [projectID] snapshot in
      (
        try quotas.limits(ofProject: projectID, in: snapshot),
        try ResourceUsage(ofProject: projectID, in: snapshot)
      )
    }
    var absolute = JSONObject()
    let hidden = ComputeResource.hidden(version, networkingFrom: 36)
    for (name, resource) in Self.limitNames where !hidden.contains(resource) {
      if name == "maxImageMeta", version >= Microversion(2, 39) { continue }
      absolute[name] = JSONValue(limits[resource])
    }
    for (name, resource) in Self.usageNames where !hidden.contains(resource) {
      absolute[name] = JSONValue(usage[resource])
    }
    return .json(["limits": ["rate": [], "absolute": .object(absolute)]])
  }

  /// `nova/api/openstack/compute/views/limits.py`
  private static let limitNames: [(String, ComputeResource)] = [
    ("maxTotalRAMSize", .ram), ("maxTotalInstances", .instances), ("maxTotalCores", .cores),
    ("maxTotalKeypairs", .keyPairs), ("maxTotalFloatingIps", .floatingIPs), ("maxServerMeta", .metadataItems),
    ("maxImageMeta", .metadataItems), ("maxPersonality", .injectedFiles),
    ("maxPersonalitySize", .injectedFileContentBytes), ("maxSecurityGroups", .securityGroups),
    ("maxSecurityGroupRules", .securityGroupRules), ("maxServerGroups", .serverGroups),
    ("maxServerGroupMembers", .serverGroupMembers),
  ]

  private static let usageNames: [(String, ComputeResource)] = [
    ("totalRAMUsed", .ram), ("totalCoresUsed", .cores), ("totalInstancesUsed", .instances),
    ("totalFloatingIpsUsed", .floatingIPs), ("totalSecurityGroupsUsed", .securityGroups),
    ("totalServerGroupsUsed", .serverGroups),
  ]
}
