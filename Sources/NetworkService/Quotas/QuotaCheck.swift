import OpenStackHTTP
import Store

extension QuotaConfiguration {
  /// Whether a project may have `count` more; no limit is negative.
  static func allows(_ count: Int, more limit: Int, inUse: Int) -> Bool { limit < 0 || inUse + count <= limit }
}

extension Transaction {
  /// Called before new resources of a project are added. Writers are one after the other, and what this body has
  /// already added is counted, so a limit holds however many ask at once.
  ///
  /// - Parameter count: How many are added by what follows, before the next check.
  /// - Throws: `APIError` 409 `OverQuota` if the project would have more than it may have.
  func checkQuota(
    _ resource: QuotaResource, ofProject id: String, adding count: Int = 1, configuration: NetworkConfiguration
  ) throws {
    let quota = try quota(resource.rawValue, ofProject: id)
    let limit = quota.limit ?? configuration.quotas[resource]
    guard QuotaConfiguration.allows(count, more: limit, inUse: quota.inUse) else { throw APIError.overQuota(resource) }
  }
}
