import Store

/// What a project has a limited number of. The raw value is the quota's name in the API.
enum QuotaResource: String, CaseIterable, Sendable {
  case network, subnet, port
  case subnetPool = "subnetpool"
  case securityGroup = "security_group"
  case securityGroupRule = "security_group_rule"
  case rbacPolicy = "rbac_policy"
}

extension Transaction {
  /// Called before each new resource of a project.
  ///
  /// - Throws: `APIError` 409 `OverQuota` if the project has as many as it may have.
  func checkQuota(_ resource: QuotaResource, ofProject id: String, configuration: NetworkConfiguration) throws {
  }
}
