package import JSON
package import Model

/// `report_state`: a host's program is alive. Agents send it every `report_interval`, compute hosts as well.
package enum ReportState: RPCMethod {
  package static let name = "report_state"
  package static let version = "1.3"

  /// `{"agent_state": {"agent_state": {...}}, "time": ...}`; the doubled member is upstream's.
  package struct Arguments: JSONConvertible, Hashable, Sendable {
    package var agentState: AgentState
    /// When the report was made, by the host's clock. The server ignores reports older than its own start.
    package var time: Timestamp

    package init(agentState: AgentState, time: Timestamp) {
      (self.agentState, self.time) = (agentState, time)
    }

    package init(json: JSONValue) throws {
      let members = try Members(json)
      agentState = try AgentState(members.members("agent_state").members("agent_state"))
      time = try members.timestamp("time")
    }

    package var json: JSONValue {
      ["agent_state": ["agent_state": agentState.json], "time": .string(time.iso8601WithoutZone)]
    }
  }

  /// How the server knew the agent before this report.
  package enum Result: String, CaseIterable, JSONConvertible, Sendable {
    /// Seen for the first time.
    case new
    case alive
    /// It had been silent for longer than `agent_down_time`: it should compare everything.
    case revived

    package init(json: JSONValue) throws {
      self = try Members(["result": json]).choice("result")
    }

    package var json: JSONValue { .string(rawValue) }
  }
}

/// What an agent tells of itself, a row of `/v2.0/agents`.
package struct AgentState: Hashable, Sendable {
  /// The program's OpenStack name, such as `neutron-linuxbridge-agent`.
  package var binary: String
  package var host: String
  /// The agent's own topic on a message bus; `N/A` for the Linux bridge agent.
  package var topic: String
  /// Such as `Linux bridge agent`; empty for a compute host, which is no agent of the Networking service.
  package var agentType: String
  package var availabilityZone: String?
  /// An object: for the Linux bridge agent `bridge_mappings`, `interface_mappings`, `tunneling_ip`, `tunnel_types`,
  /// `l2_population`, `devices`, `extensions`; for a compute host `vcpus`, `memory_mb`, `disk_gb`, `hypervisor_type`.
  package var configurations: JSONValue
  /// True in the first report after the program's start.
  package var startFlag: Bool
  /// Identifies this run of the program.
  package var uuid: String?

  package init(
    binary: String, host: String, topic: String = "N/A", agentType: String, availabilityZone: String? = nil,
    configurations: JSONValue, startFlag: Bool = false, uuid: String? = nil
  ) {
    (self.binary, self.host, self.topic, self.agentType) = (binary, host, topic, agentType)
    (self.availabilityZone, self.configurations) = (availabilityZone, configurations)
    (self.startFlag, self.uuid) = (startFlag, uuid)
  }

  init(_ members: Members) throws {
    binary = try members.string("binary")
    host = try members.string("host")
    topic = try members.optionalString("topic") ?? "N/A"
    agentType = try members.optionalString("agent_type") ?? ""
    availabilityZone = try members.optionalString("availability_zone")
    configurations = try members.has("configurations") ? members.object("configurations") : [:]
    startFlag = try members.optionalBool("start_flag") ?? false
    uuid = try members.optionalString("uuid")
  }

  var json: JSONValue {
    var object = JSONObject()
    object["binary"] = .string(binary)
    object["host"] = .string(host)
    object["topic"] = .string(topic)
    object["configurations"] = configurations
    object["agent_type"] = .string(agentType)
    object["availability_zone"] = availabilityZone.map(JSONValue.string)
    // Upstream's agents leave the flag out of every report but the first.
    if startFlag { object["start_flag"] = true }
    object["uuid"] = uuid.map(JSONValue.string)
    return .object(object)
  }
}
