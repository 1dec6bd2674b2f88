package import JSON
package import Model

/// `update_device_up`: the agent has wired a device. The port becomes ACTIVE unless a provisioning block is left.
package enum UpdateDeviceUp: RPCMethod {
  package typealias Arguments = DeviceReport
  package typealias Result = NoResult
  package static let name = "update_device_up"
  package static let version = "1.9"
}

/// `update_device_down`: a device is gone from the host. The port becomes DOWN.
package enum UpdateDeviceDown: RPCMethod {
  package typealias Arguments = DeviceReport
  package static let name = "update_device_down"
  package static let version = "1.9"

  package typealias Result = DeviceDown
}

/// One device that came up or went down.
package struct DeviceReport: JSONConvertible, Hashable, Sendable {
  package var device: String
  package var agentID: String
  package var host: String
  /// When the host finished wiring each device, by its own clock. Ours; stock agents do not send it.
  package var observedAt: [String: Timestamp]

  package init(device: String, agentID: String, host: String, observedAt: [String: Timestamp] = [:]) {
    (self.device, self.agentID, self.host, self.observedAt) = (device, agentID, host, observedAt)
  }

  package init(json: JSONValue) throws {
    let members = try Members(json)
    device = try members.string("device")
    agentID = try members.string("agent_id")
    host = try members.string("host")
    observedAt = try members.timestamps("observed_at")
  }

  package var json: JSONValue {
    var object = JSONObject()
    object["device"] = .string(device)
    object["agent_id"] = .string(agentID)
    object["host"] = .string(host)
    object["observed_at"] = JSONValue(observedAt)
    return .object(object)
  }
}

/// What the server knew of a device that went down.
package struct DeviceDown: JSONConvertible, Hashable, Sendable {
  package var device: String
  /// Whether a port with this device exists.
  package var exists: Bool

  package init(device: String, exists: Bool) {
    (self.device, self.exists) = (device, exists)
  }

  package init(json: JSONValue) throws {
    try self.init(Members(json))
  }

  init(_ members: Members) throws {
    device = try members.string("device")
    exists = try members.bool("exists")
  }

  package var json: JSONValue { ["device": .string(device), "exists": .bool(exists)] }
}

/// `update_device_list`: many devices at once, each with an outcome of its own.
package enum UpdateDeviceList: RPCMethod {
  package static let name = "update_device_list"
  package static let version = "1.9"

  package struct Arguments: JSONConvertible, Hashable, Sendable {
    package var devicesUp: [String]
    package var devicesDown: [String]
    package var agentID: String
    package var host: String
    /// When the host finished wiring each device, by its own clock. Ours; stock agents do not send it.
    package var observedAt: [String: Timestamp]

    package init(
      devicesUp: [String], devicesDown: [String], agentID: String, host: String, observedAt: [String: Timestamp] = [:]
    ) {
      (self.devicesUp, self.devicesDown, self.agentID) = (devicesUp, devicesDown, agentID)
      (self.host, self.observedAt) = (host, observedAt)
    }

    package init(json: JSONValue) throws {
      let members = try Members(json)
      devicesUp = try members.strings("devices_up", defaultsToEmpty: true)
      devicesDown = try members.strings("devices_down", defaultsToEmpty: true)
      agentID = try members.string("agent_id")
      host = try members.string("host")
      observedAt = try members.timestamps("observed_at")
    }

    package var json: JSONValue {
      var object = JSONObject()
      object["devices_up"] = JSONValue(devicesUp)
      object["devices_down"] = JSONValue(devicesDown)
      object["agent_id"] = .string(agentID)
      object["host"] = .string(host)
      object["observed_at"] = JSONValue(observedAt)
      return .object(object)
    }
  }

  package struct Result: JSONConvertible, Hashable, Sendable {
    package var devicesUp: [String]
    package var failedDevicesUp: [String]
    package var devicesDown: [DeviceDown]
    package var failedDevicesDown: [String]

    package init(
      devicesUp: [String] = [], failedDevicesUp: [String] = [], devicesDown: [DeviceDown] = [],
      failedDevicesDown: [String] = []
    ) {
      (self.devicesUp, self.failedDevicesUp) = (devicesUp, failedDevicesUp)
      (self.devicesDown, self.failedDevicesDown) = (devicesDown, failedDevicesDown)
    }

    package init(json: JSONValue) throws {
      let members = try Members(json)
      devicesUp = try members.strings("devices_up")
      failedDevicesUp = try members.strings("failed_devices_up")
      devicesDown = try members.objects("devices_down", DeviceDown.init)
      failedDevicesDown = try members.strings("failed_devices_down")
    }

    package var json: JSONValue {
      [
        "devices_up": JSONValue(devicesUp), "failed_devices_up": JSONValue(failedDevicesUp),
        "devices_down": .array(devicesDown.map(\.json)), "failed_devices_down": JSONValue(failedDevicesDown),
      ]
    }
  }
}
