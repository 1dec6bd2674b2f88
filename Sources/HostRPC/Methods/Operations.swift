package import JSON
package import Model

/// `perform_operation`: do one leg of a long operation on an instance. It is acknowledged when the leg has ended, so that
/// a host that crashed meanwhile gets it again, and asks with ``UpdateOperation`` whether it is still wanted.
package enum PerformOperation: RPCMethod {
  package typealias Arguments = OperationRequest
  package typealias Result = NoResult
  package static let name = "perform_operation"
  package static let version = "1.0"
}

/// What a host is asked to do to an instance.
package struct OperationRequest: JSONConvertible, Hashable, Sendable {
  package var operationID: Int64
  package var kind: OperationKind
  package var leg: OperationLeg
  /// An object, by kind; what earlier legs have told is in it.
  package var arguments: JSONValue
  /// The lasting state of the instance before the operation.
  package var before: VMState
  package var sourceHost: String?
  package var destinationHost: String?
  /// The instance as it is to be when the leg has ended.
  package var instance: BuildRequest

  package init(
    operationID: Int64, kind: OperationKind, leg: OperationLeg, arguments: JSONValue, before: VMState,
    sourceHost: String?, destinationHost: String?, instance: BuildRequest
  ) {
    (self.operationID, self.kind, self.leg, self.arguments) = (operationID, kind, leg, arguments)
    (self.before, self.sourceHost, self.destinationHost) = (before, sourceHost, destinationHost)
    self.instance = instance
  }

  package init(json: JSONValue) throws {
    let members = try Members(json)
    operationID = Int64(try members.integer("operation_id"))
    kind = try members.choice("kind")
    leg = try members.choice("leg")
    arguments = try members.object("arguments")
    before = try members.choice("before")
    sourceHost = try members.optionalString("source_host")
    destinationHost = try members.optionalString("destination_host")
    instance = try BuildRequest(members.members("instance"))
  }

  package var json: JSONValue {
    [
      "operation_id": .integer(operationID), "kind": .string(kind.rawValue), "leg": .string(leg.rawValue),
      "arguments": arguments, "before": .string(before.rawValue), "source_host": JSONValue(sourceHost),
      "destination_host": JSONValue(destinationHost), "instance": instance.json,
    ]
  }
}

/// `cancel_operation`: an operation is not wanted any more; what it has begun is left as it is.
package enum CancelOperation: RPCMethod {
  package typealias Result = NoResult
  package static let name = "cancel_operation"
  package static let version = "1.0"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    package var operationID: Int64
    package var instanceID: UUID

    package init(operationID: Int64, instanceID: UUID) {
      (self.operationID, self.instanceID) = (operationID, instanceID)
    }

    package init(json: JSONValue) throws {
      let members = try Members(json)
      operationID = Int64(try members.integer("operation_id"))
      instanceID = try members.uuid("instance_id")
    }

    package var json: JSONValue {
      ["operation_id": .integer(operationID), "instance_id": .string("\(instanceID)")]
    }
  }
}

/// `remove_instance`: the instance is on another host now, or nowhere: the guest and its files go, and its ports, which
/// are somebody else's, stay.
package enum RemoveInstance: RPCMethod {
  package typealias Result = NoResult
  package static let name = "remove_instance"
  package static let version = "1.0"
  package typealias Arguments = TerminateInstance.Arguments
}

/// `update_operation`: a host is about to begin a step of a leg, and asks whether it still should.
package enum UpdateOperation: RPCMethod {
  package static let name = "update_operation"
  package static let version = "1.0"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    package var operationID: Int64
    package var leg: OperationLeg
    /// `nil` to ask only.
    package var step: String?
    /// Bytes of a guest's memory that moves, all and those that have to move still.
    package var memoryTotal: Int?
    package var memoryRemaining: Int?

    package init(operationID: Int64, leg: OperationLeg, step: String?) {
      (self.operationID, self.leg, self.step) = (operationID, leg, step)
    }

    package init(json: JSONValue) throws {
      let members = try Members(json)
      operationID = Int64(try members.integer("operation_id"))
      leg = try members.choice("leg")
      step = try members.optionalString("step")
      memoryTotal = try members.optionalInteger("memory_total")
      memoryRemaining = try members.optionalInteger("memory_remaining")
    }

    package var json: JSONValue {
      [
        "operation_id": .integer(operationID), "leg": .string(leg.rawValue), "step": JSONValue(step),
        "memory_total": JSONValue(memoryTotal), "memory_remaining": JSONValue(memoryRemaining),
      ]
    }
  }

  package struct Result: JSONConvertible, Hashable, Sendable {
    /// Whether the leg is this host's to do.
    package var isCurrent: Bool
    /// The step that was told last; `requested` before there was one.
    package var step: String

    package init(isCurrent: Bool, step: String) {
      (self.isCurrent, self.step) = (isCurrent, step)
    }

    package init(json: JSONValue) throws {
      let members = try Members(json)
      isCurrent = try members.bool("is_current")
      step = try members.string("step")
    }

    package var json: JSONValue { ["is_current": .bool(isCurrent), "step": .string(step)] }
  }
}

/// `finish_operation`: a leg has ended, well or not.
package enum FinishOperation: RPCMethod {
  package static let name = "finish_operation"
  package static let version = "1.0"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    package var operationID: Int64
    package var leg: OperationLeg
    package var outcome: OperationOutcome
    /// Whether there is a guest and what it does, if the leg has to do with it.
    package var powerState: PowerState?
    package var fault: InstanceUpdate.Fault?
    /// An object for the next leg, or for whoever waits for the outcome.
    package var result: JSONValue

    package init(
      operationID: Int64, leg: OperationLeg, outcome: OperationOutcome, powerState: PowerState?,
      fault: InstanceUpdate.Fault? = nil, result: JSONValue = [:]
    ) {
      (self.operationID, self.leg, self.outcome) = (operationID, leg, outcome)
      (self.powerState, self.fault, self.result) = (powerState, fault, result)
    }

    package init(json: JSONValue) throws {
      let members = try Members(json)
      operationID = Int64(try members.integer("operation_id"))
      leg = try members.choice("leg")
      outcome = try members.choice("outcome")
      powerState = try members.optionalInteger("power_state").flatMap(PowerState.init)
      fault = try members.optionalMembers("fault").map(InstanceUpdate.Fault.init)
      result = try members.object("result")
    }

    package var json: JSONValue {
      [
        "operation_id": .integer(operationID), "leg": .string(leg.rawValue), "outcome": .string(outcome.rawValue),
        "power_state": powerState.map { JSONValue($0.rawValue) } ?? .null, "fault": fault?.json ?? .null,
        "result": result,
      ]
    }
  }

  package struct Result: JSONConvertible, Hashable, Sendable {
    /// What the instance is now; `nil` if the report was an old one.
    package var vmState: VMState?

    package init(vmState: VMState?) {
      self.vmState = vmState
    }

    package init(json: JSONValue) throws {
      vmState = try Members(json).optionalString("vm_state").flatMap(VMState.init)
    }

    package var json: JSONValue { ["vm_state": JSONValue(vmState?.rawValue)] }
  }
}
