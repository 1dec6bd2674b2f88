internal import HostRPC
package import Logging
package import Model

/// Takes instances down: the guest, its ports, its files. What has gone already is a success, so it can be asked for
/// again after a crash at any point.
package struct Terminator: Sendable {
  package let host: String
  package let networking: any NetworkingAPI
  package let files: InstanceFiles
  package let links: any HostLinks
  package let hypervisor: any HypervisorDriver
  package let server: any ComputeServer
  package var clock: any Clock<Duration> = ContinuousClock()
  package let logger: Logger

  package init(
    host: String, networking: any NetworkingAPI, files: InstanceFiles, links: any HostLinks,
    hypervisor: any HypervisorDriver, server: any ComputeServer, logger: Logger
  ) {
    (self.host, self.networking, self.files, self.links) = (host, networking, files, links)
    (self.hypervisor, self.server, self.logger) = (hypervisor, server, logger)
  }

  /// Removes the guest and the files of an instance that is on another host now; its ports stay.
  package func remove(_ instanceID: UUID) async throws {
    try await hypervisor.destroy(instanceID)
    try await AdvanceTaps(files: files, links: links).remove(of: instanceID)
    try files.remove(instanceID, heldBy: host)
  }

  /// Takes the instance down and tells the server that it is deleted. What fails is tried again, at most `attempts`
  /// times.
  ///
  /// - Parameter given: The ports that the user made and that stay; `nil` when that is not known.
  package func terminate(_ instanceID: UUID, given: Set<UUID>?, attempts: Int = 10) async throws {
    var pause = Duration.milliseconds(500)
    for attempt in 1... {
      do {
        try await hypervisor.destroy(instanceID)
        try await AdvanceTaps(files: files, links: links).remove(of: instanceID)
        try await PortAllocator(networking: networking, host: host, clock: clock)
          .deallocate(instanceID, given: given)
        try files.remove(instanceID)
        try files.removeAside(instanceID)
        break
      } catch {
        try Task.checkCancellation()
        guard attempt < attempts else { throw error }
        logger.warning(
          "The instance could not be deleted yet", metadata: ["instance.id": "\(instanceID)", "error": "\(error)"])
      }
      try await clock.sleep(for: pause)
      pause = min(pause * 2, .seconds(15))
    }
    let deleted = InstanceUpdate(
      instanceID: instanceID, vmState: VMState.deleted.rawValue, taskState: .cleared,
      powerState: PowerState.none.rawValue)
    try await persistently("update_instance", logger: logger) { try await server.update(deleted) }
  }
}
