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

    package init(connectionURI: String?, virtType: VirtType?, statePath: String) {
      (self.connectionURI, self.virtType, self.statePath) = (connectionURI, virtType, statePath)
    }
  }

  private let options: Options
  private let logger: Logger
  private var connection: Connection?
  private var virtType = VirtType.qemu

  package init(options: Options, logger: Logger) {
    (self.options, self.logger) = (options, logger)
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

  /// Creates the guest, again if its tap was taken from libvirt's hands: libvirt makes the tap and then puts it into its
  /// bridge, and an agent that was faster has put it there already, which the kernel answers with EBUSY (the race of
  /// neutron commit f42ea67995). A create call that failed has left neither guest nor tap.
  package func create(_ guest: GuestConfiguration, paused: Bool) async throws {
    let connection = try await connected()
    let xml = guest.xml(virtType: virtType).text
    for attempt in 1...Self.createAttempts {
      do {
        _ = try await connection.createGuest(xml: xml, paused: paused)
        return
      } catch let error as LibvirtError where error.isDeviceBusy && attempt < Self.createAttempts {
        logger.info(
          "The agent had wired a tap before libvirt; the guest is created again",
          metadata: ["instance.id": "\(guest.instanceID)", "attempt": "\(attempt)", "error": "\(error)"])
      }
    }
  }

  private static let createAttempts = 5

  package func resume(_ instanceID: UUID) async throws {
    let connection = try await connected()
    guard let guest = try await connection.guest(id: "\(instanceID)") else {
      throw LibvirtError(code: .noGuest, message: "there is no guest of instance \(instanceID)")
    }
    // Listening begins before the resume, so that the event cannot come too early.
    let changes = try await connection.lifecycleEvents { $0.guestID == guest.id ? $0.kind : nil }
    if try await Self.powerState(of: guest) == .paused { try await guest.resume() }
    if try await Self.powerState(of: guest) == .running { return }
    try await Self.untilRunning(guest, changes, within: .seconds(10))
  }

  package func destroy(_ instanceID: UUID) async throws {
    guard let guest = try await connected().guest(id: "\(instanceID)") else { return }
    do {
      try await guest.destroy()
    } catch let error as LibvirtError where error.code == .noGuest || error.code == .operationInvalid {
      // It stopped by itself in between.
    }
  }

  package func changes() async throws -> AsyncStream<UUID> {
    try await connected().lifecycleEvents { event in
      UUID(event.guestID).flatMap { event.guestName == GuestConfiguration.guestName(of: $0) ? $0 : nil }
    }
  }

  /// The connection, made anew if the daemon at its other end has gone.
  private func connected() async throws -> Connection {
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

  private static func untilRunning(
    _ guest: Guest, _ changes: AsyncStream<GuestEvent.Kind>, within limit: Duration
  ) async throws {
    let runs = try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        for await _ in changes where try await powerState(of: guest) == .running { return true }
        return false
      }
      group.addTask {
        try await Task.sleep(for: limit)
        return false
      }
      defer { group.cancelAll() }
      return try await group.next() ?? false
    }
    guard runs else {
      throw LibvirtError(code: .operationFailed, message: "guest \(guest.name) was resumed, but does not run")
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

  private static func powerState(of guest: Guest) async throws -> PowerState {
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
