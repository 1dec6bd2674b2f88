internal import JSON
internal import Libvirt
package import Model

/// Taps without guests, for trying many ports on one machine: everything around the guest is real.
///
/// A guest is a file with its state and its interfaces, so a restarted process finds the guests of the one before it.
package actor FakeDriver: HypervisorDriver {
  struct FakeGuest: Hashable {
    var state: PowerState
    var interfaces: [AttachedInterface]
    var vcpus = 1
    var memoryMB = 0
  }

  private let links: any HostLinks
  private let folder: String
  private(set) var guests: [UUID: FakeGuest] = [:]
  private var listeners: [AsyncStream<UUID>.Continuation] = []

  /// - Parameter folder: Where the guests' files are; it is made if need be.
  package init(links: any HostLinks, folder: String) {
    (self.links, self.folder) = (links, folder)
  }

  /// Reads the guests that an earlier process made. Those whose taps have gone, as after a restart of the host, have
  /// gone as well.
  package func start() async throws {
    try HostFiles.makeFolder(folder)
    let names = try await links.names()
    for file in try HostFiles.names(in: folder) {
      guard let id = UUID(file), let guest = FakeGuest(file: path(of: id)) else { continue }
      if names.isSuperset(of: guest.interfaces.map(\.tap)) {
        guests[id] = guest
      } else {
        try await remove(id, guest)
      }
    }
  }

  package func inventory() -> HostInventory {
    HostInventory(
      vcpus: 1000, memoryMB: 8_000_000, diskGB: 600_000, hypervisorType: "fake", hypervisorVersion: 1_000_000,
      virtType: "fake")
  }

  package func powerState(of instanceID: UUID) -> PowerState? { guests[instanceID]?.state }

  package func powerStates() -> [UUID: PowerState] { guests.mapValues(\.state) }

  package func create(_ guest: GuestConfiguration, paused: Bool) async throws {
    precondition(guests[guest.instanceID] == nil, "the caller has looked whether the guest exists")
    // The file comes first: a crash in between leaves a guest without taps, which the next start removes.
    guests[guest.instanceID] = FakeGuest(
      state: paused ? .paused : .running,
      interfaces: guest.interfaces.map { AttachedInterface(macAddress: $0.macAddress, tap: $0.tap) },
      vcpus: guest.vcpus,
      memoryMB: guest.memoryMB)
    try write(guest.instanceID)
    for vif in guest.interfaces { try await links.makeTap(vif) }
    announce(guest.instanceID)
  }

  package func resume(_ instanceID: UUID) throws { try set(.running, of: instanceID) }

  package func pause(_ instanceID: UUID) throws { try set(.paused, of: instanceID) }

  package func destroy(_ instanceID: UUID) async throws {
    guard let guest = guests[instanceID] else { return }
    try await remove(instanceID, guest)
    announce(instanceID)
  }

  /// A system that listens to nobody does not exist here.
  package func shutDown(_ instanceID: UUID) async throws { try await destroy(instanceID) }

  package func changes() -> AsyncStream<UUID> {
    let (stream, continuation) = AsyncStream.makeStream(of: UUID.self, bufferingPolicy: .bufferingNewest(1024))
    listeners.append(continuation)
    return stream
  }

  // MARK: Saved memory

  /// The file of the guest is its memory.
  package func save(_ instanceID: UUID, to path: String) async throws {
    guard let guest = guests[instanceID] else {
      guard HostFiles.exists(path) else { throw missing(instanceID) }
      return
    }
    try HostFiles.write(guest.json.bytes, to: path)
    try await destroy(instanceID)
  }

  package func restore(_ guest: GuestConfiguration, from path: String, paused: Bool) async throws {
    guard FakeGuest(file: path) != nil else {
      throw LibvirtError(code: .operationFailed, message: "there is no guest in \(path)")
    }
    try await create(guest, paused: paused)
  }

  // MARK: Interfaces

  package func interfaces(of instanceID: UUID) -> [AttachedInterface] { guests[instanceID]?.interfaces ?? [] }

  package func attach(_ vif: VIF, bandwidth: VIFBandwidth?, to instanceID: UUID) async throws {
    guard let guest = guests[instanceID] else { throw missing(instanceID) }
    if guest.interfaces.contains(where: { $0.macAddress == vif.macAddress }) { return }
    try await links.makeTap(vif)
    guests[instanceID]?.interfaces.append(AttachedInterface(macAddress: vif.macAddress, tap: vif.tap))
    try write(instanceID)
    announce(instanceID)
  }

  package func detach(_ macAddress: MACAddress, from instanceID: UUID) async throws {
    guard let interface = guests[instanceID]?.interfaces.first(where: { $0.macAddress == macAddress }) else { return }
    try await links.removeLink(interface.tap)
    guests[instanceID]?.interfaces.removeAll { $0.macAddress == macAddress }
    try write(instanceID)
    announce(instanceID)
  }

  // MARK: What only guests have

  package func consoleAddress(of instanceID: UUID) -> (host: String, port: Int)? { nil }

  package func copyDisk(of instanceID: UUID, from path: String, to copy: String) async throws {
    try await DiskImage.convert(path, try DiskImage.format(of: path), to: copy)
  }

  package func diagnostics(of instanceID: UUID) throws -> GuestDiagnostics {
    guard let guest = guests[instanceID] else { throw missing(instanceID) }
    var diagnostics = GuestDiagnostics(powerState: guest.state, driver: "fake", hypervisor: "fake")
    (diagnostics.memoryMaximum, diagnostics.memoryUsed) = (guest.memoryMB, guest.memoryMB)
    diagnostics.processors = (0..<guest.vcpus).map { .init(id: $0, time: 0) }
    diagnostics.interfaces = guest.interfaces.map { .init(macAddress: "\($0.macAddress)") }
    return diagnostics
  }

  package func migrate(
    _ instanceID: UUID, to uri: String, guest: GuestConfiguration, copiesDisks: Bool, timeout: Duration
  ) throws {
    throw LibvirtError(code: .noSupport, message: "a fake guest cannot be moved while it runs")
  }

  package func migrationProgress(of instanceID: UUID) -> MigrationProgress? { nil }

  package func abortMigration(of instanceID: UUID) {}

  // MARK: Files

  private func set(_ state: PowerState, of id: UUID) throws {
    guard guests[id] != nil else { throw missing(id) }
    guests[id]?.state = state
    try write(id)
    announce(id)
  }

  private func missing(_ id: UUID) -> LibvirtError {
    LibvirtError(code: .noGuest, message: "there is no guest of instance \(id)")
  }

  private func announce(_ id: UUID) {
    listeners.removeAll { listener in
      if case .terminated = listener.yield(id) { true } else { false }
    }
  }

  private func remove(_ id: UUID, _ guest: FakeGuest) async throws {
    for interface in guest.interfaces { try await links.removeLink(interface.tap) }
    guests[id] = nil
    try HostFiles.remove(path(of: id))
  }

  private func write(_ id: UUID) throws {
    guard let guest = guests[id] else { return }
    try HostFiles.write(guest.json.bytes, to: path(of: id))
  }

  private func path(of id: UUID) -> String { "\(folder)/\(id)" }
}

extension FakeDriver.FakeGuest {
  /// What ``json`` wrote; `nil` if that is not what is there.
  init?(file path: String) {
    guard let bytes = HostFiles.bytes(of: path), let json = try? JSONValue(parsing: bytes),
      let state = json["power_state"]?.integer.flatMap({ PowerState(rawValue: Int($0)) })
    else { return nil }
    self.state = state
    interfaces = (json["interfaces"]?.array ?? []).compactMap { interface in
      guard let tap = interface["tap"]?.string,
        let macAddress = interface["mac_address"]?.string.flatMap({ MACAddress($0) })
      else { return nil }
      return AttachedInterface(macAddress: macAddress, tap: tap)
    }
    vcpus = json["vcpus"]?.integer.map { Int($0) } ?? 1
    memoryMB = json["memory_mb"]?.integer.map { Int($0) } ?? 0
  }

  var json: JSONValue {
    let interfaces = interfaces.map { interface -> JSONValue in
      ["tap": .string(interface.tap), "mac_address": .string("\(interface.macAddress)")]
    }
    return [
      "power_state": JSONValue(state.rawValue), "interfaces": .array(interfaces), "vcpus": JSONValue(vcpus),
      "memory_mb": JSONValue(memoryMB),
    ]
  }
}
