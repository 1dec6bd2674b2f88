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
