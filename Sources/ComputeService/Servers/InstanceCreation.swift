import HostRPC
import JSON
import Model
import OpenStackHTTP
import Store

/// Writes new instances with all that makes hosts build them, in one transaction: what a host has left is read, claimed
/// and promised under the same lock, so two requests never get the same room.
struct InstanceCreation: Sendable {
  let request: ServerRequest
  let flavor: Flavor
  let image: InstanceImage
  let networks: [ServerRequest.NetworkChoice]
  let projectID: String
  let userID: String
  let requestID: String
  let acceptedAt: Timestamp
  let policy: SchedulingPolicy
  let quotas: Quotas

  /// - Returns: the instances, at least one. One that no host has room for is in ERROR, with the reason.
  /// - Throws: `APIError` 400 for a zone or a group that there is not, 403 if the project may not have so many.
  func perform(in transaction: Transaction) throws -> [Instance] {
    let counts = request.minimumCount...request.maximumCount
    let count = try quotas.allowedCount(counts, of: flavor, project: projectID, user: userID, in: transaction)
    var wanted = try placementRequest(in: transaction)
    if let group = wanted.group {
      try quotas.checkMembers(of: group, adding: count, user: userID, in: transaction)
    }
    let metadata = try JSONValue(parsing: request.details.metadata.utf8).object ?? JSONObject()
    try quotas.checkMetadata(count: metadata.members.count, project: projectID, in: transaction)
    var hosts = try Placement(policy: policy, at: transaction.now).candidates(for: wanted, in: transaction)
    try checkPlace(wanted, hosts)
    var instances: [Instance] = []
    let reservation = "r-" + String(UUID().hex.prefix(8))
    for index in 0..<count {
      var instance = makeInstance(index, reservation: reservation, now: transaction.now)
      wanted.instanceID = instance.id
      switch policy.choose(wanted, among: hosts, at: transaction.now) {
      case .host(let host):
        instance.host = host
        instance.state.task = .scheduling
        if let position = hosts.firstIndex(where: { $0.node.host == host }) {
          hosts[position].take(flavor, isGroupMember: wanted.group != nil)
        }
      case .noValidHost(let reason):
        // What goes beyond the least that was asked for need not be there.
        if index >= request.minimumCount { return instances }
        instance.state = InstanceState(vm: .error, task: nil, power: .none)
        instance.fault = .noValidHost(reason, at: transaction.now)
      }
      try write(instance, in: transaction)
      if let host = request.requestedHost { try transaction.setRequestedHost(host, ofInstance: instance.id) }
      if let group = wanted.group { try transaction.addMember(instance.id, toGroup: group.id) }
      instances.append(instance)
    }
    return instances
  }

  private func placementRequest(in transaction: Transaction) throws -> PlacementRequest {
    var wanted = try PlacementRequest(
      makeInstance(0, reservation: "", now: acceptedAt), requestedHost: request.requestedHost)
    wanted.instanceID = nil
    wanted.isForced = request.insistsOnHost
    if let id = wanted.hints.group {
      wanted.group = try transaction.serverGroup(id, inProject: projectID)
      guard wanted.group != nil else { throw APIError.badRequest("Instance group \(id) could not be found.") }
    }
    return wanted
  }

  /// The zone must have a host that is not disabled, and a host that was named must be there.
  private func checkPlace(_ wanted: PlacementRequest, _ hosts: [HostCandidate]) throws {
    if let zone = wanted.zone, !hosts.contains(where: { $0.node.isEnabled && $0.zone(policy) == zone }) {
      throw APIError.badRequest("The requested availability zone is not available")
    }
    if let host = wanted.requestedHost, !hosts.contains(where: { $0.node.host == host }) {
      throw APIError.badRequest("Compute host \(host) could not be found.")
    }
  }

  private func makeInstance(_ index: Int, reservation: String, now: Timestamp) -> Instance {
    let isOneOfMany = request.maximumCount > 1
    var details = request.details
    details.networks = JSONValue.array(networks.map(\.json)).description
    let id = UUID()
    let derived = ServerRequest.hostname(from: request.name).map { isOneOfMany ? "\($0)-\(index + 1)" : $0 }
    var instance = Instance(
      id: id, name: isOneOfMany ? "\(request.name)-\(index + 1)" : request.name, description: request.description,
      hostname: request.hostname ?? derived ?? "Server-\(id)", projectID: projectID, userID: userID, flavor: flavor,
      image: image, request: details, reservationID: reservation, launchIndex: index, createdAt: acceptedAt)
    instance.diskConfig = request.diskConfig
    instance.accessIPv4 = request.accessIPv4
    instance.accessIPv6 = request.accessIPv6
    instance.updatedAt = now
    return instance
  }

  private func write(_ instance: Instance, in transaction: Transaction) throws {
    try transaction.insert(instance)
    try transaction.begin(
      InstanceAction(
        action: "create", requestID: requestID, userID: userID, projectID: projectID, startedAt: acceptedAt),
      ofInstance: instance.id)
    func record(_ event: String, at time: Timestamp, host: String? = nil, detail: String? = nil) throws {
      try transaction.record(
        ActionStep(event: event, startedAt: time, finishedAt: time, host: host, detail: detail), ofInstance: instance.id
      )
    }
    try record("api_accepted", at: acceptedAt, detail: requestID)
    guard let host = instance.host, let build = try BuildRequest(instance) else {
      let fault = instance.fault
      try record("error", at: transaction.now, detail: fault.map { "\($0.message) \($0.details)" })
      try transaction.endAction(ofInstance: instance.id, message: fault?.message)
      return
    }
    try record("scheduled", at: transaction.now, host: host)
    try transaction.enqueue(BuildAndRunInstance.self, .init(instance: build), host: host, instanceID: instance.id)
    try record("build_sent", at: transaction.now, host: host)
  }
}

extension InstanceFault {
  static func noValidHost(_ reason: String, at time: Timestamp) -> InstanceFault {
    InstanceFault(
      code: 500, message: "No valid host was found. There are not enough hosts available.", details: reason,
      createdAt: time)
  }
}

extension ServerRequest.NetworkChoice {
  var json: JSONValue {
    var object = JSONObject()
    object["network_id"] = networkID.map { .string($0.description) }
    object["port_id"] = portID.map { .string($0.description) }
    object["fixed_ip"] = fixedIP.map(JSONValue.string)
    object["tag"] = tag.map(JSONValue.string)
    return .object(object)
  }
}
