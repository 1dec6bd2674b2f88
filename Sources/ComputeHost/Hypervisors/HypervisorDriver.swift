package import Model

/// What starts and stops guests on this host. A guest is known by its instance's id.
///
/// Drivers keep no list of their own: what there is, is asked of the hypervisor, so that a restarted process sees the
/// guests of the one before it.
package protocol HypervisorDriver: Sendable {
  /// Gets ready, which may take seconds the first time; nothing else is called before it has returned.
  func start() async throws

  func inventory() async throws -> HostInventory

  /// What the guest is doing; `nil` if there is none, and `none` if the process that was creating it did not finish.
  func powerState(of instanceID: UUID) async throws -> PowerState?

  /// Every guest of this host that is an instance.
  func powerStates() async throws -> [UUID: PowerState]

  /// Creates a guest and its taps. One that exists is an error: the caller has looked.
  ///
  /// - Parameter paused: Whether its processors stay stopped until ``resume(_:)``.
  func create(_ guest: GuestConfiguration, paused: Bool) async throws

  /// Lets a paused guest run, and returns when the hypervisor says that it does. A running one is left as it is.
  func resume(_ instanceID: UUID) async throws

  /// Ends a guest and removes its taps. One that has gone is a success.
  func destroy(_ instanceID: UUID) async throws

  /// Yields the id of a guest whenever its state has changed; the state is then to be asked for. Ends when the
  /// hypervisor has gone.
  func changes() async throws -> AsyncStream<UUID>
}

/// What a host can give to guests.
package struct HostInventory: Hashable, Sendable {
  package var vcpus: Int
  package var memoryMB: Int
  package var diskGB: Int
  /// As in Nova's hypervisors: `QEMU`.
  package var hypervisorType: String
  /// 7.2.5 is 7002005.
  package var hypervisorVersion: Int
  /// `kvm` or `qemu`; `fake` for taps without guests.
  package var virtType: String

  package init(
    vcpus: Int, memoryMB: Int, diskGB: Int, hypervisorType: String, hypervisorVersion: Int, virtType: String
  ) {
    (self.vcpus, self.memoryMB, self.diskGB) = (vcpus, memoryMB, diskGB)
    (self.hypervisorType, self.hypervisorVersion, self.virtType) = (hypervisorType, hypervisorVersion, virtType)
  }
}
