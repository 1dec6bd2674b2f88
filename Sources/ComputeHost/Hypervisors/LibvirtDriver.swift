internal import Libvirt
package import Logging
package import Model

/// Real guests through libvirt, with QEMU.
package actor LibvirtDriver: HypervisorDriver {
  /// What an operator may choose, `[libvirt]` of `nova.conf`.
  package struct Options: Sendable {
    /// `connection_uri`, such as `qemu:///system`; `nil` takes the driver that libvirt can be inside this process.
    package var connectionURI: String?
    /// `virt_type`; `nil` takes KVM where a guest really runs with it, else QEMU's translation.
    package var virtType: VirtType?
    /// Where the embedded driver and the KVM probe keep their files.
    package var statePath: String
    /// `[vnc] server_listen`: where guests' screens can be seen by VNC; `nil` for guests without screens.
    package var vncListen: String? = "127.0.0.1"
    /// `device_detach_attempts`: how often a guest is asked to let go of a device; it has ten seconds each time.
    package var detachAttempts = 8

    package init(connectionURI: String?, virtType: VirtType?, statePath: String) {
      (self.connectionURI, self.virtType, self.statePath) = (connectionURI, virtType, statePath)
    }
  }

  let options: Options
  let links: any HostLinks
  let logger: Logger
  private var connection: Connection?
  private(set) var virtType = VirtType.qemu

  /// - Parameter links: The interfaces of the network namespace in which libvirt makes taps.
  package init(options: Options, links: any HostLinks, logger: Logger) {
    (self.options, self.links, self.logger) = (options, links, logger)
  }

  /// Connects, lets libvirt find out what QEMU can do (seconds the first time, then it is kept), and decides on KVM.
  package func start() async throws {
    try HostFiles.makeFolder(options.statePath)
    let connection = try await connected()
    if let asked = options.virtType {
      virtType = asked
    } else {
      let probe = KVMProbe(connection: connection, folder: options.statePath, patience: .seconds(10))
      virtType = try await probe.isUsable() ? .kvm : .qemu
    }
    _ = try await connection.guestCapabilities(type: virtType.rawValue, architecture: "x86_64")
    logger.info("The hypervisor is ready", metadata: ["virt_type": "\(virtType.rawValue)", "uri": "\(connection.uri)"])
  }

  package func inventory() async throws -> HostInventory {
    let connection = try await connected()
    let host = try await connection.host()
    let disk = try HostFiles.fileSystemSize(at: options.statePath)
    return HostInventory(
      vcpus: host.processors, memoryMB: host.memoryKiB / 1024, diskGB: disk >> 30, hypervisorType: "QEMU",
      hypervisorVersion: try await connection.hypervisorVersion(), virtType: virtType.rawValue)
  }

  package func powerState(of instanceID: UUID) async throws -> PowerState? {
    guard let guest = try await connected().guest(id: "\(instanceID)") else { return nil }
    return try await Self.ifThere { try await Self.powerState(of: guest) }
  }

  package func powerStates() async throws -> [UUID: PowerState] {
    var states: [UUID: PowerState] = [:]
    for guest in try await connected().guests() {
      guard let id = UUID(guest.id), guest.name == GuestConfiguration.guestName(of: id) else { continue }
      states[id] = try await Self.ifThere { try await Self.powerState(of: guest) }
    }
    return states
  }

  package func create(_ guest: GuestConfiguration, paused: Bool) async throws {
    let connection = try await connected()
    var guest = guest
    guest.vncListen = options.vncListen
    let xml = guest.xml(virtType: virtType).text
    try await removeTaps(guest.interfaces.map(\.tap))
    try await withFreeTaps(guest.instanceID) { _ = try await connection.createGuest(xml: xml, paused: paused) }
  }

  /// Does what makes taps, again if one was taken from libvirt's hands: libvirt makes the tap and then puts it into its
  /// bridge, and an agent that was faster has put it there already, which the kernel answers with EBUSY (the race of
  /// neutron commit f42ea67995). A call that failed has left neither guest nor tap.
  func withFreeTaps(_ instanceID: UUID, _ body: () async throws -> Void) async throws {
    for attempt in 1...Self.tapAttempts {
      do {
        return try await body()
      } catch let error as LibvirtError where error.isDeviceBusy && attempt < Self.tapAttempts {
        logger.info(
          "The agent had wired a tap before libvirt; it is made again",
          metadata: ["instance.id": "\(instanceID)", "attempt": "\(attempt)", "error": "\(error)"])
      }
    }
  }

  private static let tapAttempts = 5

  /// Removes taps that libvirt left because it had not made them: those of a guest that was moved here. With one of its
  /// name there, libvirt would make no new tap.
  func removeTaps(_ taps: [String]) async throws {
    for tap in taps { try await links.removeLink(tap) }
  }

  package func resume(_ instanceID: UUID) async throws {
    let guest = try await guest(instanceID)
    // Listening begins before the resume, so that the event cannot come too early.
    let changes = try await changes(of: guest)
    if try await Self.powerState(of: guest) == .paused { try await guest.resume() }
    let runs = try await Self.wait(for: changes, within: .seconds(10)) {
      try await Self.powerState(of: guest) == .running
    }
    guard runs else {
      throw LibvirtError(code: .operationFailed, message: "guest \(guest.name) was resumed, but does not run")
    }
  }

  package func destroy(_ instanceID: UUID) async throws {
    guard let guest = try await connected().guest(id: "\(instanceID)") else { return }
    let taps = try await foreignTaps(of: guest)
    try await Self.unlessStopped { try await guest.destroy() }
    try await removeTaps(taps)
  }

  package func changes() async throws -> AsyncStream<UUID> {
    try await connected().lifecycleEvents { event in
      UUID(event.guestID).flatMap { event.guestName == GuestConfiguration.guestName(of: $0) ? $0 : nil }
    }
  }

  /// The connection, made anew if the daemon at its other end has gone.
  func connected() async throws -> Connection {
    if let connection, try await connection.isAlive() { return connection }
    let fresh =
      if let uri = options.connectionURI {
        try await Connection.open(uri)
      } else {
        try await EmbeddedDriver.open(root: "\(options.statePath)/libvirt")
      }
    connection = fresh
    return fresh
  }

  /// The instance's guest, which has to be there.
  func guest(_ instanceID: UUID) async throws -> Guest {
    guard let guest = try await connected().guest(id: "\(instanceID)") else {
      throw LibvirtError(code: .noGuest, message: "there is no guest of instance \(instanceID)")
    }
    return guest
  }

  /// The taps that libvirt does not remove with the guest; none if it has gone.
  func foreignTaps(of guest: Guest) async throws -> [String] {
    do {
      return try await guest.interfaces().filter { !$0.isTapManaged }.map(\.tap)
    } catch let error as LibvirtError where error.code == .noGuest {
      return []
    }
  }

  /// What happens to one guest from now on.
  func changes(of guest: Guest) async throws -> AsyncStream<GuestEvent.Kind> {
    let id = guest.id
    return try await connected().lifecycleEvents { $0.guestID == id ? $0.kind : nil }
  }

  /// Looks now and after each change until what is asked for is so.
  ///
  /// - Returns: Whether it was so in time.
  static func wait(
    for changes: AsyncStream<GuestEvent.Kind>, within limit: Duration,
    _ isMet: @escaping @Sendable () async throws -> Bool
  ) async throws -> Bool {
    if try await isMet() { return true }
    return try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        for await _ in changes where try await isMet() { return true }
        return false
      }
      group.addTask {
        try await Task.sleep(for: limit)
        return false
      }
      defer { group.cancelAll() }
      return try await group.next() ?? false
    }
  }

  /// A guest may stop between two looks, and is then no error.
  private static func ifThere(_ body: () async throws -> PowerState) async throws -> PowerState? {
    do {
      return try await body()
    } catch let error as LibvirtError where error.code == .noGuest {
      return nil
    }
  }

  static func powerState(of guest: Guest) async throws -> PowerState {
    switch try await guest.state() {
    case .none, .starting: .none
    case .running, .blocked: .running
    case .paused: .paused
    case .shuttingDown, .shutOff: .shutDown
    case .crashed: .crashed
    case .suspendedByGuest: .suspended
    }
  }
}
