import OpenStackHTTP

extension APIError {
  static func overQuota(_ resource: QuotaResource) -> APIError {
    .conflict("Quota exceeded for resources: ['\(resource.rawValue)'].", type: "OverQuota")
  }

  /// A project whose quotas are the defaults has nothing to delete.
  static func quotaNotFound(_ project: String) -> APIError {
    .notFound("Quota for tenant \(project) could not be found.", type: "TenantQuotaNotFound")
  }

  static func adminRequired(_ reason: String) -> APIError {
    .forbidden("User does not have admin privileges: \(reason).", type: "AdminRequired")
  }

  /// A limit below what is in use, of a client that asked to have that looked at.
  static func quotaBelowUsage(_ resource: QuotaResource, limit: Int, inUse: Int) -> APIError {
    .badRequest(
      "Quota limit \(limit) for \(resource.rawValue) must be greater than or equal to already used \(inUse)")
  }
}
