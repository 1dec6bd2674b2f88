import JSON
import OpenStackHTTP
import Store

extension ResourceKind {
  /// Its attributes are the names of ``QuotaResource``; ``QuotaChange`` judges them.
  static let quota = ResourceKind(name: "quota", collection: "quotas", attributes: [])
}

extension APIExtension {
  static let quotaExtensions: [APIExtension] = [
    APIExtension(
      alias: "quotas", name: "Quota management support",
      description: "Expose functions for quotas management per project", updated: "2012-07-29T10:00:00-00:00"),
    APIExtension(
      alias: "quota_details", name: "Quota details management support",
      description: "Expose functions for quotas usage statistics per project", updated: "2017-02-10T10:00:00-00:00"),
    APIExtension(
      alias: "quota-check-limit", name: "Quota engine limit check",
      description: "Support for checking the resource usage before applying a new quota limit",
      updated: "2021-09-08T16:00:00-00:00"),
    APIExtension(
      alias: "quota-check-limit-default", name: "Quota engine limit check by default",
      description: "By default, the Neutron quota engine checks the resource usage before applying a new quota limit",
      updated: "2024-08-21T16:00:00-00:00"),
  ]
}

/// What a PUT changes of a project's quotas.
struct QuotaChange: Sendable {
  private var limits: [(resource: QuotaResource, limit: Int)] = []
  /// A limit below what is in use is refused, unless `force` says otherwise. `check_limit` once asked for that, and is
  /// still understood (extensions `quota-check-limit` and `quota-check-limit-default`).
  private let checksUsage: Bool

  init(_ body: JSONObject) throws {
    let attributes = AttributeReader(body)
    checksUsage = try attributes.bool("force") != true
    _ = try attributes.bool("check_limit")
    let unknown = body.names.filter { name in
      QuotaResource(rawValue: name) == nil && name != "force" && name != "check_limit"
    }
    guard unknown.isEmpty else { throw APIError.unrecognizedAttributes(unknown) }
    for resource in QuotaResource.allCases {
      guard let limit = try attributes.integer(resource.rawValue, in: -1...2_147_483_647) else { continue }
      limits.append((resource, limit))
    }
  }

  func apply(toProject id: String, _ transaction: Transaction) throws {
    for (resource, limit) in limits {
      if checksUsage {
        let inUse = try transaction.quota(resource.rawValue, ofProject: id).inUse
        guard QuotaConfiguration.allows(0, more: limit, inUse: inUse) else {
          throw APIError.quotaBelowUsage(resource, limit: limit, inUse: inUse)
        }
      }
      try transaction.setQuota(resource.rawValue, ofProject: id, limit: limit)
    }
  }
}
