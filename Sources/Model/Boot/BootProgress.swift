/// How far the boot of one instance has come, as the database tells it.
package struct BootProgress: Hashable, Sendable {
  /// One line of the timeline, a row of `v_boot_timeline`.
  package struct Step: Hashable, Sendable {
    /// Such as `guest_created_paused` or `port BUILD -> ACTIVE`.
    package var name: String
    /// Since `POST /servers` was received, in milliseconds.
    package var milliseconds: Double
    /// Since the step before, in milliseconds.
    package var sinceLast: Double
    package var host: String?
    package var detail: String?

    package init(
      name: String, milliseconds: Double, sinceLast: Double, host: String? = nil, detail: String? = nil
    ) {
      (self.name, self.milliseconds, self.sinceLast) = (name, milliseconds, sinceLast)
      (self.host, self.detail) = (host, detail)
    }
  }

  /// A port that the guest is plugged into.
  package struct Port: Hashable, Sendable {
    package var id: UUID
    package var status: PortStatus
    /// `binding:vif_type`; `binding_failed` if no agent could take the port.
    package var vifType: String
    /// Where the port is bound to, empty if nowhere.
    package var host: String
    /// What else has to report before the port can become ACTIVE, such as `DHCP`.
    package var blocks: [String]
    /// The last heartbeat of the agent on ``host``; `nil` if there is no agent.
    package var agentHeartbeat: Timestamp?

    package init(
      id: UUID, status: PortStatus, vifType: String, host: String, blocks: [String] = [], agentHeartbeat: Timestamp?
    ) {
      (self.id, self.status, self.vifType, self.host) = (id, status, vifType, host)
      (self.blocks, self.agentHeartbeat) = (blocks, agentHeartbeat)
    }

    /// The name of the port's tap on its host.
    package var tap: String { "tap" + id.description.prefix(11) }
  }

  /// An event that the Compute service has not taken yet.
  package struct WaitingEvent: Hashable, Sendable {
    package var name: String
    package var attempts: Int
    package var lastError: String?

    package init(name: String, attempts: Int, lastError: String?) {
      (self.name, self.attempts, self.lastError) = (name, attempts, lastError)
    }
  }

  package var instanceID: UUID
  package var name: String
  /// Nova's `vm_state` and `task_state`.
  package var vmState: String
  package var taskState: String?
  /// Why the instance is in ERROR.
  package var fault: String?
  /// Where the scheduler has placed it.
  package var host: String?
  /// The last heartbeat of the compute host.
  package var hostHeartbeat: Timestamp?
  /// In the order in which they happened.
  package var steps: [Step]
  package var ports: [Port]
  package var waitingEvents: [WaitingEvent]
  /// Methods of the messages that the compute host has not acknowledged.
  package var waitingMessages: [String]

  package init(
    instanceID: UUID, name: String, vmState: String, taskState: String? = nil, fault: String? = nil,
    host: String? = nil, hostHeartbeat: Timestamp? = nil, steps: [Step] = [], ports: [Port] = [],
    waitingEvents: [WaitingEvent] = [], waitingMessages: [String] = []
  ) {
    (self.instanceID, self.name, self.vmState, self.taskState) = (instanceID, name, vmState, taskState)
    (self.fault, self.host, self.hostHeartbeat, self.steps) = (fault, host, hostHeartbeat, steps)
    (self.ports, self.waitingEvents, self.waitingMessages) = (ports, waitingEvents, waitingMessages)
  }
}
