import JSON
import Model
import Store

/// Chooses hosts by what the database knows of them. Whoever writes down the choice does so in the transaction in which
/// it was made, and nobody gets the same room.
struct Placement: Sendable {
  let policy: SchedulingPolicy
  let now: Timestamp

  init(policy: SchedulingPolicy, at now: Timestamp) {
    (self.policy, self.now) = (policy, now)
  }

  /// The host for one instance. The group of an instance that is there already is looked up.
  func choose(_ request: PlacementRequest, in snapshot: Snapshot) throws -> SchedulingChoice {
    var request = request
    if request.group == nil, let id = request.instanceID { request.group = try snapshot.serverGroup(ofInstance: id) }
    return policy.choose(request, among: try candidates(for: request, in: snapshot), at: now)
  }

  /// All hosts, with what the request's filters and weights ask about them. The number of queries does not depend on
  /// how many hosts and instances there are.
  func candidates(for request: PlacementRequest, in snapshot: Snapshot) throws -> [HostCandidate] {
    var aggregates: [String: [Aggregate]] = [:]
    for aggregate in try snapshot.aggregates() {
      for host in aggregate.hosts { aggregates[host, default: []].append(aggregate) }
    }
    let members =
      try request.group.map { try snapshot.memberHosts(ofGroup: $0.id, without: request.instanceID) } ?? [:]
    let own = request.instanceID.map { Set([$0]) } ?? []
    let places = try snapshot.hosts(ofInstances: request.hints.instances.union(own))
    return try snapshot.computeNodes().map { node in
      var candidate = HostCandidate(node: node, aggregates: aggregates[node.host] ?? [])
      candidate.groupMembers = members[node.host] ?? 0
      candidate.hintedInstances = Set(places.filter { $0.value == node.host }.keys).subtracting(own)
      candidate.hasInstance = request.instanceID.map { places[$0] == node.host } ?? false
      return candidate
    }
  }
}

extension PlacementRequest {
  /// For an instance that is there, such as one that is to move.
  ///
  /// - Parameter flavor: The flavor that it will have; `nil` for its own.
  /// - Throws: `JSONError` if a column that holds JSON does not.
  init(_ instance: Instance, flavor: Flavor? = nil, requestedHost: String? = nil) throws {
    let flavor = flavor ?? instance.flavor
    self.init(
      flavor: flavor, projectID: instance.projectID, instanceID: instance.id, zone: instance.request.availabilityZone,
      requestedHost: requestedHost, extraSpecs: try JSONValue(parsing: flavor.extraSpecs.utf8).texts,
      imageProperties: try instance.image.map { try JSONValue(parsing: $0.properties.utf8).texts } ?? [:])
    hints = SchedulerHints(try JSONValue(parsing: instance.request.schedulerHints.utf8))
  }
}

extension SchedulerHints {
  /// Reads `os:scheduler_hints`, which the schema has checked. What no filter here looks at means nothing, as upstream.
  init(_ hints: JSONValue) {
    self.init()
    group = hints["group"]?.string.flatMap { UUID($0) }
    sameHost = Self.instances(hints["same_host"])
    differentHost = Self.instances(hints["different_host"])
    if let address = hints["build_near_host_ip"]?.string {
      nearNetwork = IPNetwork(address + (hints["cidr"]?.string ?? "/24"))
    }
  }

  private static func instances(_ value: JSONValue?) -> Set<UUID> {
    let texts = value?.array?.compactMap(\.string) ?? value?.string.map { [$0] } ?? []
    return Set(texts.compactMap { UUID($0) })
  }
}
