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

  /// Asks the guest's system to shut down, as a power button does, and returns at once: it may take its time, or not
  /// listen at all. One that has gone is a success.
  func shutDown(_ instanceID: UUID) async throws

  /// Stops a guest's processors. A paused one is left as it is.
  func pause(_ instanceID: UUID) async throws

  /// Writes a guest's memory to a file and ends it; its taps go with it. One that has gone is a success if the file is
  /// there.
  func save(_ instanceID: UUID, to path: String) async throws

  /// Makes a guest of what ``save(_:to:)`` wrote, with its taps. The file stays, for the caller to remove. A guest that
  /// exists is an error: the caller has looked.
  func restore(_ guest: GuestConfiguration, from path: String, paused: Bool) async throws

  /// Gives a guest one more interface with its tap. One that has it already is a success.
  func attach(_ vif: VIF, bandwidth: VIFBandwidth?, to instanceID: UUID) async throws

  /// Takes an interface from a guest and returns when the guest has let go of it and the tap is gone. One that is not
  /// there is a success.
  ///
  /// - Throws: ``Libvirt/LibvirtError``, code ``Libvirt/LibvirtError/Code/operationTimeout`` if the guest does not let
  ///   go, which it may do later: it is to be asked again.
  func detach(_ macAddress: MACAddress, from instanceID: UUID) async throws

  /// The interfaces a guest has; none if there is no guest.
  func interfaces(of instanceID: UUID) async throws -> [AttachedInterface]

  /// What a guest has used. A guest that does not exist is an error.
  func diagnostics(of instanceID: UUID) async throws -> GuestDiagnostics

  /// Where a guest's screen can be had by VNC, on this host only; `nil` if there is none.
  func consoleAddress(of instanceID: UUID) async throws -> (host: String, port: Int)?

  /// Copies a disk with all that lies below it into a new qcow2 file that stands alone and shows the disk as it was at
  /// one moment. The guest may run; without one the file is just converted.
  ///
  /// - Parameter path: The disk's file, as ``GuestConfiguration`` names it. What is at `copy` is replaced.
  func copyDisk(of instanceID: UUID, from path: String, to copy: String) async throws

  /// Moves a guest to another host while it runs, and returns when it runs there and has gone here. It takes both
  /// hosts' libvirt daemons; a guest that could not be moved in time goes on here.
  ///
  /// - Parameters:
  ///   - uri: The other host's libvirt, as seen from here.
  ///   - guest: What it is to be there: its files' paths.
  ///   - copiesDisks: Whether the disks' contents go along. The destination has made disks of the same size over the
  ///     same image; else both hosts have the same files.
  /// - Throws: ``Libvirt/LibvirtError``, code ``Libvirt/LibvirtError/Code/noSupport`` if this driver cannot do it,
  ///   ``Libvirt/LibvirtError/Code/operationTimeout`` if it took too long, ``Libvirt/LibvirtError/Code/noGuest`` if there
  ///   is no guest.
  func migrate(
    _ instanceID: UUID, to uri: String, guest: GuestConfiguration, copiesDisks: Bool, timeout: Duration) async throws

  /// How far a migration has come; `nil` if there is none.
  func migrationProgress(of instanceID: UUID) async throws -> MigrationProgress?

  /// Ends a migration, whose ``migrate(_:to:guest:copiesDisks:timeout:)`` then throws. Without one nothing happens.
  func abortMigration(of instanceID: UUID) async throws

  /// Yields the id of a guest whenever its state has changed; the state is then to be asked for. Ends when the
  /// hypervisor has gone.
  func changes() async throws -> AsyncStream<UUID>
}

/// An interface that a guest has.
package struct AttachedInterface: Hashable, Sendable {
  package var macAddress: MACAddress
  package var tap: String

  package init(macAddress: MACAddress, tap: String) {
    (self.macAddress, self.tap) = (macAddress, tap)
  }
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

/// How far a live migration has come, in bytes: members of Nova's server migrations.
package struct MigrationProgress: Hashable, Sendable {
  package var memoryTotal: Int
  package var memoryProcessed: Int
  package var memoryRemaining: Int
  package var diskTotal: Int
  package var diskProcessed: Int
  package var diskRemaining: Int
}
