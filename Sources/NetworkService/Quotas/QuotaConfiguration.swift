/// What a project has a limited number of. The raw value is the quota's name in the API, and the order is that in which
/// quotas are shown.
package enum QuotaResource: String, CaseIterable, Sendable {
  case network, subnet
  case subnetPool = "subnetpool"
  case port, router
  case floatingIP = "floatingip"
  case rbacPolicy = "rbac_policy"
  case securityGroup = "security_group"
  case securityGroupRule = "security_group_rule"
}

/// The limits of a project for which an administrator has set none: the options of `[quotas]`, with upstream's names
/// and values (`neutron/conf/quota.py`).
///
/// - `default_quota`: for a resource without an option of its own, as subnet pools are.
/// - `quota_network`, `quota_subnet`, `quota_port`, `quota_router`, `quota_floatingip`, `quota_rbac_policy`,
///   `quota_security_group`, `quota_security_group_rule`
package struct QuotaConfiguration: Hashable, Sendable {
  /// A negative number is no limit, here and in ``subscript(_:)``.
  package var defaultQuota = -1
  private var limits: [QuotaResource: Int] = [
    .network: 100, .subnet: 100, .port: 500, .router: 10, .floatingIP: 50, .rbacPolicy: 10, .securityGroup: 10,
    .securityGroupRule: 100,
  ]

  package init() {}

  /// The same limit for everything; -1 lifts them all.
  package init(all limit: Int) {
    defaultQuota = limit
    limits = [:]
  }

  package subscript(resource: QuotaResource) -> Int {
    get { max(limits[resource] ?? defaultQuota, -1) }
    set { limits[resource] = newValue }
  }
}
