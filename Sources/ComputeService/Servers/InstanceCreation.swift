import HostRPC
import JSON
import Model
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

  /// - Returns: the instances, at least one. One that no host has room for is in ERROR, with the reason.
  func perform(in transaction: Transaction) throws -> [Instance] {
    var nodes = try transaction.computeNodes()
    var instances: [Instance] = []
    let reservation = "r-" + String(UUID().hex.prefix(8))
    for index in 0..<request.maximumCount {
      var instance = makeInstance(index, reservation: reservation, now: transaction.now)
      switch policy.choose(for: flavor, among: nodes, requested: request.requestedHost, at: transaction.now) {
      case .host(let host):
        instance.host = host
        instance.state.task = .scheduling
        if let position = nodes.firstIndex(where: { $0.host == host }) { nodes[position].used.add(flavor) }
      case .noValidHost(let reason):
        // What goes beyond the least that was asked for need not be there.
        if index >= request.minimumCount { return instances }
        instance.state = InstanceState(vm: .error, task: nil, power: .none)
        instance.fault = .noValidHost(reason, at: transaction.now)
      }
      try write(instance, in: transaction)
      instances.append(instance)
    }
    return instances
  }

  private func makeInstance(_ index: Int, reservation: String, now: Timestamp) -> Instance {
    let isOneOfMany = request.maximumCount > 1
    var details = request.details
    details.networks = JSONValue.array(networks.map(\.json)).description
    var instance = Instance(
      id: UUID(), name: isOneOfMany ? "\(request.name)-\(index + 1)" : request.name, description: request.description,
      hostname: isOneOfMany ? "\(request.hostname)-\(index + 1)" : request.hostname, projectID: projectID,
      userID: userID,
      flavor: flavor, image: image, request: details, reservationID: reservation, launchIndex: index,
      createdAt: acceptedAt)
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

extension HostUsage {
  /// What one more instance of the flavor takes.
  mutating func add(_ flavor: Flavor) {
    instances += 1
    vcpus += flavor.vcpus
    memoryMB += flavor.memoryMB
    diskGB += flavor.diskGB
  }
}

extension ServerRequest.NetworkChoice {
  var json: JSONValue {
    var object = JSONObject()
    object["network_id"] = networkID.map { .string($0.description) }
    object["port_id"] = portID.map { .string($0.description) }
    object["fixed_ip"] = fixedIP.map(JSONValue.string)
    return .object(object)
  }
}
