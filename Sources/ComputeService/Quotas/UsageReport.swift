import JSON
import Model
import OpenStackHTTP
import Store

/// What instances have cost in a period (`nova/api/openstack/compute/simple_tenant_usage.py`).
struct UsageReport: Sendable {
  /// In the order of the projects.
  let usages: [InstanceUsage]
  let period: Range<Timestamp>
  let now: Timestamp

  var projects: [String] {
    var projects: [String] = []
    for usage in usages where projects.last != usage.projectID { projects.append(usage.projectID) }
    return projects
  }

  /// - Throws: `APIError` 400 for what is no time, or a start that is not before the end.
  static func period(_ query: QueryString, at now: Timestamp) throws(APIError) -> Range<Timestamp> {
    // Without times upstream takes the present twice, the second time a little later.
    let start = try time(query["start"]) ?? now - .microseconds(1)
    let end = try time(query["end"]) ?? now
    guard start < end else {
      throw .badRequest("Invalid start time. The start time cannot occur after the end time.")
    }
    return start..<max(min(end, now), start)
  }

  private static func time(_ text: String?) throws(APIError) -> Timestamp? {
    guard let text, !text.isEmpty else { return nil }
    guard !text.hasSuffix("Z"), let time = Timestamp(text) else {
      throw .badRequest("Invalid datetime string: Datetime is in invalid format")
    }
    return time
  }

  /// How long the instance was there within the period.
  func hours(of usage: InstanceUsage) -> Double {
    let start = max(usage.launchedAt, period.lowerBound)
    let stop = min(usage.terminatedAt ?? period.upperBound, period.upperBound)
    return start < stop ? Self.seconds(stop - start) / 3600 : 0
  }

  func view(of projectID: String, isDetailed: Bool) -> JSONValue {
    let own = usages.filter { $0.projectID == projectID }
    func sum(_ amount: (InstanceUsage) -> Int) -> JSONValue {
      .number(own.reduce(0) { $0 + Double(amount($1)) * hours(of: $1) })
    }
    var view = JSONObject()
    view["tenant_id"] = .string(projectID)
    if isDetailed { view["server_usages"] = .array(own.map(view(of:))) }
    view["total_local_gb_usage"] = sum(\.localGB)
    view["total_vcpus_usage"] = sum(\.vcpus)
    view["total_memory_mb_usage"] = sum(\.memoryMB)
    view["total_hours"] = .number(own.reduce(0) { $0 + hours(of: $1) })
    view["start"] = .string(period.lowerBound.iso8601WithoutZone)
    view["stop"] = .string(period.upperBound.iso8601WithoutZone)
    return .object(view)
  }

  private func view(of usage: InstanceUsage) -> JSONValue {
    [
      "hours": .number(hours(of: usage)), "flavor": .string(usage.flavorName),
      "instance_id": .string(usage.id.description), "name": .string(usage.name),
      "tenant_id": .string(usage.projectID), "memory_mb": JSONValue(usage.memoryMB),
      "local_gb": JSONValue(usage.localGB), "vcpus": JSONValue(usage.vcpus),
      "started_at": .string(usage.launchedAt.iso8601WithoutZone),
      "ended_at": JSONValue(usage.terminatedAt?.iso8601WithoutZone), "state": .string(usage.state),
      "uptime": JSONValue(Int(Self.seconds((usage.terminatedAt ?? now) - usage.launchedAt))),
    ]
  }

  private static func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }
}
