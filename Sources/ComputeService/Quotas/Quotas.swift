import Model
import OpenStackHTTP
import Store

/// How much a project may have. Whoever adds something asks in the transaction that adds it, so that requests at the
/// same time never exceed a limit together.
struct Quotas: Sendable {
  /// What the configuration says.
  let defaults: QuotaLimits

  /// What holds for all projects of which nothing else is said: the configuration, changed by the class `default`.
  func defaults(in snapshot: Snapshot, ofClass name: String = "default") throws -> QuotaLimits {
    defaults.changed(by: try snapshot.quotaLimits(ofClass: name))
  }

  /// - Parameter user: a user in the project, whose own limits go before the project's; `nil` for the project's.
  func limits(ofProject id: String, user: String? = nil, in snapshot: Snapshot) throws -> QuotaLimits {
    let limits = try defaults(in: snapshot).changed(by: try snapshot.quotaLimits(ofProject: id))
    return try user.map { limits.changed(by: try snapshot.quotaLimits(ofProject: id, user: $0)) } ?? limits
  }

  /// How many of `counts` new instances the project may have: as many as there may be, but no fewer than the least.
  ///
  /// - Throws: `APIError` 403 if that is too many.
  func allowedCount(
    _ counts: ClosedRange<Int>, of flavor: Flavor, project: String, user: String, in snapshot: Snapshot
  ) throws -> Int {
    let quotas = try instanceQuotas(project: project, user: user, in: snapshot)
    let most = counts.upperBound
    let allowed = quotas.map { $0.allowedCount(of: flavor, upTo: most) }.min() ?? most
    if allowed >= counts.lowerBound { return allowed }
    let added = HostUsage(instances: most, vcpus: most * flavor.vcpus, memoryMB: most * flavor.memoryMB)
    let text = counts.count == 1 ? "\(most)" : "\(counts.lowerBound)-\(most)"
    try refuse(added, instances: text, quotas)
    return allowed
  }

  /// - Throws: `APIError` 403 if the project may not have as much more of processors and memory as the flavor takes.
  func checkResize(of instance: Instance, to flavor: Flavor, in snapshot: Snapshot) throws {
    let added = HostUsage(
      vcpus: max(0, flavor.vcpus - instance.flavor.vcpus), memoryMB: max(0, flavor.memoryMB - instance.flavor.memoryMB))
    let quotas = try instanceQuotas(project: instance.projectID, user: instance.userID, in: snapshot)
    try refuse(added, instances: "0", quotas)
  }

  private func refuse(_ added: HostUsage, instances: String, _ quotas: [InstanceQuota]) throws {
    for quota in quotas {
      let exceeded = quota.exceeded(by: added)
      guard exceeded.isEmpty else {
        let error = QuotaExceeded(exceeded: exceeded, instances: instances, added: added, quota: quota)
        throw APIError.forbidden(error.description)
      }
    }
  }

  /// The project's, and the user's if the user has limits of their own.
  private func instanceQuotas(project: String, user: String, in snapshot: Snapshot) throws -> [InstanceQuota] {
    let limits = try limits(ofProject: project, in: snapshot)
    let ofProject = InstanceQuota(limits: limits, used: try snapshot.usage(ofProject: project))
    let own = try snapshot.quotaLimits(ofProject: project, user: user)
    guard ["instances", "cores", "ram"].contains(where: { own[$0] != nil }) else { return [ofProject] }
    let ofUser = InstanceQuota(
      limits: limits.changed(by: own), used: try snapshot.usage(ofProject: project, user: user))
    return [ofProject, ofUser]
  }

  /// - Throws: `APIError` 403 if an instance may not have so many metadata items.
  func checkMetadata(count: Int, project: String, in snapshot: Snapshot) throws {
    let limits = try limits(ofProject: project, in: snapshot)
    guard limits.allows(count, of: .metadataItems) else {
      throw APIError.forbidden("Maximum number of metadata items exceeds \(limits[.metadataItems])")
    }
  }

  /// - Throws: `APIError` 403 if the group may not have so many more members.
  func checkMembers(of group: ServerGroup, adding count: Int, user: String, in snapshot: Snapshot) throws {
    let limits = try limits(ofProject: group.projectID, user: user, in: snapshot)
    guard limits.allows(group.members.count + count, of: .serverGroupMembers) else {
      throw APIError.forbidden("Quota exceeded, too many servers in group")
    }
  }
}
