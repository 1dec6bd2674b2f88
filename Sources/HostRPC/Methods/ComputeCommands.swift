package import JSON
package import Model

// What the server tells a compute host. Each is a row that is sent again until the host has acknowledged it.

/// `build_and_run_instance`: build a guest, and resume it when its ports are ACTIVE.
///
/// It is acknowledged when the build has ended, so that a host that crashed meanwhile gets it again. The host then
/// looks whether the guest exists already.
package enum BuildAndRunInstance: RPCMethod {
  package typealias Result = NoResult
  package static let name = "build_and_run_instance"
  package static let version = "6.0"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    package var instance: BuildRequest

    package init(instance: BuildRequest) {
      self.instance = instance
    }

    package init(json: JSONValue) throws {
      instance = try BuildRequest(Members(json).members("instance"))
    }

    package var json: JSONValue { ["instance": instance.json] }
  }
}

/// `terminate_instance`: destroy a guest and all that was made for it. One that is gone already is a success.
package enum TerminateInstance: RPCMethod {
  package typealias Result = NoResult
  package static let name = "terminate_instance"
  package static let version = "6.0"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    package var instanceID: UUID

    package init(instanceID: UUID) {
      self.instanceID = instanceID
    }

    package init(json: JSONValue) throws {
      instanceID = try Members(json).uuid("instance_id")
    }

    package var json: JSONValue { ["instance_id": .string("\(instanceID)")] }
  }
}

/// `external_instance_event`: what happened to ports of instances of this host.
package enum ExternalInstanceEvent: RPCMethod {
  package typealias Result = NoResult
  package static let name = "external_instance_event"
  package static let version = "6.0"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    package var events: [InstanceEvent]

    package init(events: [InstanceEvent]) {
      self.events = events
    }

    package init(json: JSONValue) throws {
      events = try Members(json).objects("events") { event in
        InstanceEvent(
          name: try event.choice("name"), instanceID: try event.uuid("instance_uuid"),
          tag: try event.optionalString("tag"), status: try event.choice("status"))
      }
    }

    package var json: JSONValue {
      [
        "events": .array(
          events.map { event in
            [
              "instance_uuid": .string("\(event.instanceID)"), "name": .string(event.name.rawValue),
              "tag": JSONValue(event.tag), "status": .string(event.status.rawValue),
            ]
          })
      ]
    }
  }
}
