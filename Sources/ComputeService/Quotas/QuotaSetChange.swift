import JSON
import Model
import OpenStackHTTP
import Store

/// What a `PUT` changes of a project's limits, or of those of one of its users.
struct QuotaSetChange: Sendable {
  let limits: [(resource: ComputeResource, limit: Int)]
  /// Limits below what is used already are taken.
  let isForced: Bool

  /// Reads a body that the schema has checked.
  init(_ body: JSONValue) {
    isForced = body["force"]?.looseBool ?? false
    limits = ComputeResource.allCases.compactMap { resource in
      body[resource.rawValue]?.looseInteger.map { (resource, $0) }
    }
  }

  /// - Throws: `APIError` 400 for a limit below what is used, or above what a user's project has left.
  func apply(toProject projectID: String, user userID: String?, _ quotas: Quotas, in transaction: Transaction) throws {
    if !isForced {
      let ofUsers = try transaction.userQuotaSums(ofProject: projectID)
      let ofProject = try quotas.limits(ofProject: projectID, in: transaction)
      let own = try userID.map { try transaction.quotaLimits(ofProject: projectID, user: $0) } ?? [:]
      let usage = try ResourceUsage(ofProject: projectID, user: userID, in: transaction)
      for (resource, limit) in limits {
        let others = ofUsers[resource.rawValue] ?? 0
        let range: (least: Int, most: Int)
        if userID == nil {
          range = (max(usage[resource], others), -1)
        } else if ofProject[resource] < 0 {
          range = (usage[resource], -1)
        } else {
          range = (usage[resource], ofProject[resource] - others + max(0, own[resource.rawValue] ?? 0))
        }
        try Self.check(resource, limit, least: range.least, most: range.most)
      }
    }
    for (resource, limit) in limits {
      try transaction.setQuotaLimit(resource.rawValue, to: limit, ofProject: projectID, user: userID ?? "")
    }
  }

  /// - Parameter most: -1 is no bound.
  private static func check(_ resource: ComputeResource, _ limit: Int, least: Int, most: Int) throws(APIError) {
    if limit >= 0, limit < least {
      throw .badRequest(
        "Quota limit \(limit) for \(resource.rawValue) must be greater than or equal to already used and reserved "
          + "\(least).")
    }
    if most >= 0, limit < 0 || limit > most {
      throw .badRequest("Quota limit \(limit) for \(resource.rawValue) must be less than or equal to \(most).")
    }
  }
}
