package import JSON
package import Model

/// The changes of an instance that its host reports. What is `nil` stays as it was.
package struct InstanceUpdate: JSONConvertible, Hashable, Sendable {
  /// What becomes of the instance's `task_state`.
  package enum TaskState: Hashable, Sendable {
    case unchanged
    case cleared
    case set(String)
  }

  /// Why an instance is in ERROR: Nova's `fault`.
  package struct Fault: Hashable, Sendable {
    /// As an HTTP status; 500 for a failed build.
    package var code: Int
    package var message: String
    package var details: String?
    /// The host is to blame, and not what was asked for: a build may succeed on another one.
    package var mayReschedule: Bool

    package init(code: Int = 500, message: String, details: String? = nil, mayReschedule: Bool = false) {
      (self.code, self.message, self.details) = (code, message, details)
      self.mayReschedule = mayReschedule
    }
  }

  package var instanceID: UUID
  package var vmState: String?
  package var taskState: TaskState
  /// Nova's number: 0 no state, 1 running, 3 paused, 4 shut down, 6 crashed, 7 suspended.
  package var powerState: Int?
  package var fault: Fault?
  package var launchedAt: Timestamp?
  /// The guest's id at its hypervisor, such as libvirt's domain UUID.
  package var hostGuestID: String?

  package init(
    instanceID: UUID, vmState: String? = nil, taskState: TaskState = .unchanged, powerState: Int? = nil,
    fault: Fault? = nil, launchedAt: Timestamp? = nil, hostGuestID: String? = nil
  ) {
    (self.instanceID, self.vmState, self.taskState) = (instanceID, vmState, taskState)
    (self.powerState, self.fault, self.launchedAt) = (powerState, fault, launchedAt)
    self.hostGuestID = hostGuestID
  }

  package init(json: JSONValue) throws {
    let members = try Members(json)
    instanceID = try members.uuid("instance_id")
    vmState = try members.optionalString("vm_state")
    let task = try members.optionalString("task_state")
    taskState = members.has("task_state") ? task.map(TaskState.set) ?? .cleared : .unchanged
    powerState = try members.optionalInteger("power_state")
    fault = try members.optionalMembers("fault").map(Fault.init)
    launchedAt = try members.optionalTimestamp("launched_at")
    hostGuestID = try members.optionalString("host_guest_id")
  }

  package var json: JSONValue {
    var object = JSONObject()
    object["instance_id"] = .string("\(instanceID)")
    object["vm_state"] = vmState.map(JSONValue.string)
    switch taskState {
    case .unchanged: break
    case .cleared: object["task_state"] = .null
    case .set(let task): object["task_state"] = .string(task)
    }
    object["power_state"] = powerState.map { JSONValue($0) }
    object["fault"] = fault?.json
    object["launched_at"] = launchedAt.map { .string($0.description) }
    object["host_guest_id"] = hostGuestID.map(JSONValue.string)
    return .object(object)
  }
}

extension InstanceUpdate.Fault {
  init(_ members: Members) throws {
    self.init(
      code: try members.integer("code"), message: try members.string("message"),
      details: try members.optionalString("details"),
      mayReschedule: try members.optionalBool("may_reschedule") ?? false)
  }

  var json: JSONValue {
    [
      "code": JSONValue(code), "message": .string(message), "details": JSONValue(details),
      "may_reschedule": .bool(mayReschedule),
    ]
  }
}
