/// A process on a host that reports its state, such as the Linux bridge agent.
package struct Agent: Hashable, Sendable {
  package var id: UUID
  /// `Linux bridge agent`
  package var type: String
  /// `neutron-linuxbridge-agent`
  package var binary: String
  package var host: String
  package var topic: String
  package var availabilityZone: String?
  /// Whether it may be given work: no port is bound to an agent that is switched off.
  package var adminStateUp: Bool
  /// An administrator's remark.
  package var description: String?
  /// What the agent says it can do, a JSON object as text, as reported.
  package var configurations: String
  package var createdAt: Timestamp
  package var startedAt: Timestamp
  package var heartbeat: Timestamp

  package init(
    id: UUID, type: String, binary: String, host: String, topic: String, availabilityZone: String? = nil,
    adminStateUp: Bool = true, description: String? = nil, configurations: String, createdAt: Timestamp,
    startedAt: Timestamp, heartbeat: Timestamp
  ) {
    self.id = id
    self.type = type
    self.binary = binary
    self.host = host
    self.topic = topic
    self.availabilityZone = availabilityZone
    self.adminStateUp = adminStateUp
    self.description = description
    self.configurations = configurations
    self.createdAt = createdAt
    self.startedAt = startedAt
    self.heartbeat = heartbeat
  }

  /// `agent_type` of the agent that wires taps into Linux bridges.
  package static let linuxBridgeType = "Linux bridge agent"

  /// Its program's name, by which it is told something.
  package static let linuxBridgeBinary = "neutron-linuxbridge-agent"

  /// Whether the last heartbeat is no more than `downTime` old; `agent_down_time`, 75 s by default.
  package func isAlive(at now: Timestamp, downTime: Duration) -> Bool { now - heartbeat <= downTime }

  /// Whether ports can be bound to it now: it is alive, and an administrator has not switched it off.
  package func isUsable(at now: Timestamp, downTime: Duration) -> Bool {
    adminStateUp && isAlive(at: now, downTime: downTime)
  }
}
