package import JSON
package import Model

/// `get_instances`: what the calling host should have, asked at its start and after every reconnect.
package enum GetInstances: RPCMethod {
  package typealias Arguments = NoArguments
  package static let name = "get_instances"
  package static let version = "1.0"

  package struct Result: JSONConvertible, Hashable, Sendable {
    package var instances: [HostInstance]

    package init(instances: [HostInstance]) {
      self.instances = instances
    }

    package init(json: JSONValue) throws {
      instances = try Members(json).objects("instances", HostInstance.init)
    }

    package var json: JSONValue { ["instances": .array(instances.map(\.json))] }
  }
}

/// One instance that the server has placed on a host.
package struct HostInstance: Hashable, Sendable {
  package var instanceID: UUID
  package var name: String
  /// Nova's `vm_state`, such as `building`, `active`, `error`, `deleted`.
  package var vmState: String
  /// Nova's `task_state`, such as `spawning` or `deleting`.
  package var taskState: String?
  /// How it was asked for, if the server still has it.
  package var build: BuildRequest?

  package init(instanceID: UUID, name: String, vmState: String, taskState: String?, build: BuildRequest?) {
    (self.instanceID, self.name, self.vmState) = (instanceID, name, vmState)
    (self.taskState, self.build) = (taskState, build)
  }

  init(_ members: Members) throws {
    instanceID = try members.uuid("instance_id")
    name = try members.string("name")
    vmState = try members.string("vm_state")
    taskState = try members.optionalString("task_state")
    build = try members.optionalMembers("build").map { try BuildRequest($0) }
  }

  var json: JSONValue {
    [
      "instance_id": .string("\(instanceID)"), "name": .string(name), "vm_state": .string(vmState),
      "task_state": JSONValue(taskState), "build": build?.json ?? .null,
    ]
  }
}

/// `acknowledge`: the host has dealt with these messages; the server forgets them.
package enum Acknowledge: RPCMethod {
  package typealias Result = NoResult
  package static let name = "acknowledge"
  package static let version = "1.0"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    /// ``HostMessage/id`` of each.
    package var messageIDs: [Int64]

    package init(messageIDs: [Int64]) {
      self.messageIDs = messageIDs
    }

    package init(json: JSONValue) throws {
      messageIDs = try Members(json).integers("message_ids")
    }

    package var json: JSONValue { ["message_ids": .array(messageIDs.map(JSONValue.integer))] }
  }
}

/// `update_instance`: what became of an instance on its host.
package enum UpdateInstance: RPCMethod {
  package typealias Arguments = InstanceUpdate
  package typealias Result = NoResult
  package static let name = "update_instance"
  package static let version = "1.0"
}

/// `record_instance_events`: steps of a boot with their times, rows of `instance_action_events`.
package enum RecordInstanceEvents: RPCMethod {
  package typealias Result = NoResult
  package static let name = "record_instance_events"
  package static let version = "1.0"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    package var instanceID: UUID
    package var events: [Step]

    package init(instanceID: UUID, events: [Step]) {
      (self.instanceID, self.events) = (instanceID, events)
    }

    package init(json: JSONValue) throws {
      let members = try Members(json)
      instanceID = try members.uuid("instance_id")
      events = try members.objects("events", Step.init)
    }

    package var json: JSONValue {
      ["instance_id": .string("\(instanceID)"), "events": .array(events.map(\.json))]
    }
  }

  /// One step, such as `guest_created_paused`.
  package struct Step: Hashable, Sendable {
    package var event: String
    /// By the host's clock.
    package var startedAt: Timestamp
    /// `nil` while the step lasts.
    package var finishedAt: Timestamp?
    /// For the reader of the timeline.
    package var detail: String?

    package init(event: String, startedAt: Timestamp, finishedAt: Timestamp?, detail: String? = nil) {
      (self.event, self.startedAt, self.finishedAt, self.detail) = (event, startedAt, finishedAt, detail)
    }

    init(_ members: Members) throws {
      event = try members.string("event")
      startedAt = try members.timestamp("started_at")
      finishedAt = try members.optionalTimestamp("finished_at")
      detail = try members.optionalString("detail")
    }

    var json: JSONValue {
      [
        "event": .string(event), "started_at": .string(startedAt.description),
        "finished_at": JSONValue(finishedAt?.description), "detail": JSONValue(detail),
      ]
    }
  }
}
