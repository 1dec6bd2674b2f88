/// What one project, or one user of it, may have of instances, and has.
package struct InstanceQuota: Hashable, Sendable {
  package var limits: QuotaLimits
  package var used: HostUsage

  package init(limits: QuotaLimits, used: HostUsage) {
    (self.limits, self.used) = (limits, used)
  }

  /// How many more instances of the flavor there may be, but not more than are asked for.
  package func allowedCount(of flavor: Flavor, upTo wanted: Int) -> Int {
    Self.resources.reduce(wanted) { count, resource in
      let each = resource.amount(in: flavor)
      guard limits[resource] >= 0, each > 0 else { return count }
      return min(count, max(0, limits[resource] - resource.amount(in: used)) / each)
    }
  }

  /// The resources of which there would be too much, by name.
  package func exceeded(by added: HostUsage) -> [ComputeResource] {
    Self.resources.filter { resource in
      let more = resource.amount(in: added)
      return more > 0 && !limits.allows(resource.amount(in: used) + more, of: resource)
    }
  }

  private static let resources: [ComputeResource] = [.cores, .instances, .ram]
}

/// Someone asks for more instances, or larger ones, than the quota allows.
package struct QuotaExceeded: Error, Hashable, Sendable, CustomStringConvertible {
  package var exceeded: [ComputeResource]
  /// How many instances were asked for, if a number cannot say it: `1-3`.
  package var instances: String
  package var added: HostUsage
  package var quota: InstanceQuota

  package init(exceeded: [ComputeResource], instances: String, added: HostUsage, quota: InstanceQuota) {
    (self.exceeded, self.instances, self.added, self.quota) = (exceeded, instances, added, quota)
  }

  /// In the words of Nova's `TooManyInstances`, which its users read.
  package var description: String {
    func list(_ text: (ComputeResource) -> String) -> String { exceeded.map(text).joined(separator: ", ") }
    let names = list(\.rawValue)
    let requested = list { $0 == .instances ? instances : String($0.amount(in: added)) }
    let used = list { String($0.amount(in: quota.used)) }
    let allowed = list { String(quota.limits[$0]) }
    return "Quota exceeded for \(names): Requested \(requested), but already used \(used) of \(allowed) \(names)"
  }
}

extension ComputeResource {
  fileprivate func amount(in usage: HostUsage) -> Int {
    switch self {
    case .cores: usage.vcpus
    case .instances: usage.instances
    case .ram: usage.memoryMB
    default: 0
    }
  }

  fileprivate func amount(in flavor: Flavor) -> Int {
    switch self {
    case .cores: flavor.vcpus
    case .instances: 1
    case .ram: flavor.memoryMB
    default: 0
    }
  }
}
