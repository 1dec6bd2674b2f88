/// A compute host: what it last reported, and what of it is taken.
package struct ComputeNode: Hashable, Sendable {
  package let id: UUID
  package var host: String
  package var hypervisorType: String
  package var vcpus: Int
  package var memoryMB: Int
  package var diskGB: Int
  package var isEnabled: Bool
  package var disabledReason: String?
  package var heartbeatAt: Timestamp
  /// The number that the API knew the host by before it knew it by UUID; zero before the row exists.
  package var number = 0
  /// An administrator says that the host is dead, whatever it reports (`force-down`).
  package var isForcedDown = false
  /// As `uname -m` tells it; `nil` if the host has not told.
  package var architecture: String?
  /// The address that the host is reached at; `nil` if it has not told.
  package var hostIP: IPAddress?
  /// As Nova counts it: 10.0.8 is 10000008; 0 if the host has not told.
  package var hypervisorVersion = 0
  /// The first report of the program's present run.
  package var startedAt: Timestamp?
  /// What the instances that were given to the host take, those being deleted included.
  package var used: HostUsage

  package init(
    id: UUID, host: String, hypervisorType: String, vcpus: Int, memoryMB: Int, diskGB: Int, isEnabled: Bool = true,
    disabledReason: String? = nil, heartbeatAt: Timestamp, used: HostUsage = HostUsage()
  ) {
    self.id = id
    self.host = host
    self.hypervisorType = hypervisorType
    self.vcpus = vcpus
    self.memoryMB = memoryMB
    self.diskGB = diskGB
    self.isEnabled = isEnabled
    self.disabledReason = disabledReason
    self.heartbeatAt = heartbeatAt
    self.used = used
  }

  /// Whether the host has reported within `downTime` (Nova's `service_down_time`).
  package func isAlive(at now: Timestamp, downTime: Duration) -> Bool { now - heartbeatAt <= downTime }

  /// Whether instances may be trusted to it: it is alive, and nobody has said that it is not.
  package func isUp(at now: Timestamp, downTime: Duration) -> Bool {
    !isForcedDown && isAlive(at: now, downTime: downTime)
  }
}

/// What instances take of a host.
package struct HostUsage: Hashable, Sendable {
  package var instances: Int
  package var vcpus: Int
  package var memoryMB: Int
  package var diskGB: Int

  package init(instances: Int = 0, vcpus: Int = 0, memoryMB: Int = 0, diskGB: Int = 0) {
    self.instances = instances
    self.vcpus = vcpus
    self.memoryMB = memoryMB
    self.diskGB = diskGB
  }
}
