import ComputeHost
import HostRPC
import Libvirt
import Model
import Synchronization

/// What happened, in order, with a way to wait for it.
final class Journal<Entry: Hashable & Sendable>: Sendable {
  private struct State {
    var entries: [Entry] = []
    var watchers: [(isMet: @Sendable ([Entry]) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())

  var entries: [Entry] { state.withLock { $0.entries } }

  func add(_ entry: Entry) {
    let met = state.withLock { state in
      state.entries.append(entry)
      let entries = state.entries
      let met = state.watchers.filter { $0.isMet(entries) }.map(\.continuation)
      state.watchers.removeAll { $0.isMet(entries) }
      return met
    }
    for continuation in met { continuation.resume() }
  }

  /// Returns when the entries are as the condition wants them.
  func until(_ isMet: @escaping @Sendable ([Entry]) -> Bool) async {
    await withCheckedContinuation { continuation in
      let isNow = state.withLock { state in
        if isMet(state.entries) { return true }
        state.watchers.append((isMet, continuation))
        return false
      }
      if isNow { continuation.resume() }
    }
  }

  func until(_ entry: Entry) async { await until { $0.contains(entry) } }
}

/// A Networking service with ports in memory.
final class PortsDouble: NetworkingAPI {
  enum Call: Hashable, Sendable {
    case look
    case create(UUID)
    case bind(UUID)
    case unbind(UUID)
    case delete(UUID)
    case release(UUID)
    case createBinding(UUID, String)
    case activateBinding(UUID, String)
    case deleteBinding(UUID, String)
  }

  private let fuse: Fuse
  let calls = Journal<Call>()
  let ports = Mutex<[UUID: InstancePort]>([:])
  /// The hosts that a live migration has bound a port to besides its own.
  let bindings = Mutex<[UUID: Set<String>]>([:])
  /// What `binding:vif_type` becomes.
  let vifType = Mutex<String?>("bridge")
  /// Errors to be thrown by the next calls that make ports, after the port was made: the answer was lost.
  let lostAnswers = Mutex(0)
  let isDown = Mutex(false)

  init(fuse: Fuse = Fuse()) { self.fuse = fuse }

  func burn() async throws { try await fuse.burn() }

  func setStatus(_ status: String) {
    ports.withLock { ports in
      for id in ports.keys { ports[id]?.status = status }
    }
  }

  func ports(of instanceID: UUID) async throws -> [InstancePort] {
    calls.add(.look)
    if isDown.withLock({ $0 }) { throw NetworkingError(status: nil, message: "no answer") }
    return ports.withLock { $0.values.filter { $0.deviceID == "\(instanceID)" } }
  }

  func port(_ id: UUID) async throws -> InstancePort {
    guard let port = ports.withLock({ $0[id] }) else { throw NetworkingError(status: 404, message: "no port") }
    return port
  }

  func createPort(_ new: NewPort) async throws -> InstancePort {
    let number = ports.withLock { UInt64($0.count) }
    let port = InstancePort(
      id: UUID(), networkID: new.networkID, macAddress: MACAddress(bits: 0xFA16_3E00_0001 + number), status: "DOWN",
      deviceID: "\(new.instanceID)", hostID: new.host, vifType: vifType.withLock { $0 })
    ports.withLock { $0[port.id] = port }
    groups.withLock { $0 = new.securityGroups }
    calls.add(.create(new.networkID))
    let isLost = lostAnswers.withLock { count in
      defer { count = max(0, count - 1) }
      return count > 0
    }
    if isLost { throw NetworkingError(status: nil, message: "the answer was lost") }
    try await fuse.burn()
    return port
  }

  func bindPort(_ id: UUID, to instanceID: UUID, on host: String) async throws -> InstancePort {
    calls.add(.bind(id))
    let vifType = vifType.withLock { $0 }
    let port = ports.withLock { ports in
      ports[id]?.deviceID = "\(instanceID)"
      ports[id]?.hostID = host
      ports[id]?.vifType = vifType
      return ports[id]
    }
    guard let port else {
      throw NetworkingError(status: 404, type: "PortNotFound", message: "Port \(id) could not be found.")
    }
    try await fuse.burn()
    return port
  }

  func unbindPort(_ id: UUID) async throws {
    calls.add(.unbind(id))
    ports.withLock { ports in
      ports[id]?.deviceID = ""
      ports[id]?.hostID = ""
    }
    try await fuse.burn()
  }

  func deletePort(_ id: UUID) async throws {
    calls.add(.delete(id))
    ports.withLock { $0[id] = nil }
    try await fuse.burn()
  }

  /// The groups of the port that was made last.
  let groups = Mutex<[UUID]>([])

  /// Whether the subnets have DHCP.
  let dhcp = Mutex(true)

  func hasDHCP(onSubnets ids: Set<UUID>) async throws -> Bool { dhcp.withLock { $0 } }

  func mtu(ofNetwork id: UUID) async throws -> Int? { 1450 }
}

/// Guests in memory, which survive the builder as real ones survive a process.
final class GuestsDouble: HypervisorDriver {
  enum Call: Hashable, Sendable {
    case create(UUID, paused: Bool)
    case resume(UUID)
    case destroy(UUID)
    case shutDown(UUID)
    case pause(UUID)
    case save(UUID)
    case restore(UUID, paused: Bool)
    case attach(UUID, MACAddress)
    case detach(UUID, MACAddress)
    case copyDisk(UUID)
    case migrate(UUID, String)
  }

  private let fuse: Fuse
  let calls = Journal<Call>()
  /// What fails from now on, by the name of the verb.
  let refused = Mutex<Set<String>>([])
  /// Whether guests do not hear that they are asked to shut down.
  let isDeaf = Mutex(false)
  let configurations = Mutex<[UUID: GuestConfiguration]>([:])
  let states = Mutex<[UUID: PowerState]>([:])
  /// Called while a guest is being created, when its taps are there and its creation has not returned.
  let whileCreating = Mutex<(@Sendable (UUID) async throws -> Void)?>(nil)
  /// Called before a guest is moved; it may throw.
  let whileMigrating = Mutex<(@Sendable (UUID) async throws -> Void)?>(nil)
  let interfaces = Mutex<[UUID: [AttachedInterface]]>([:])
  /// The port of every guest's VNC server.
  let vncPort = Mutex<Int?>(nil)
  private let listener = Mutex<AsyncStream<UUID>.Continuation?>(nil)

  init(fuse: Fuse = Fuse()) { self.fuse = fuse }

  /// Called when a verb has done its work.
  func burn() async throws { try await fuse.burn() }

  func check(_ verb: String) throws {
    if refused.withLock({ $0.contains(verb) }) {
      throw LibvirtError(code: .operationFailed, message: "\(verb) is refused")
    }
  }

  func start() async throws {}

  func inventory() async throws -> HostInventory {
    HostInventory(
      vcpus: 2, memoryMB: 4096, diskGB: 10, hypervisorType: "double", hypervisorVersion: 1, virtType: "double")
  }

  func powerState(of instanceID: UUID) async throws -> PowerState? { states.withLock { $0[instanceID] } }
  func powerStates() async throws -> [UUID: PowerState] { states.withLock { $0 } }

  func create(_ guest: GuestConfiguration, paused: Bool) async throws {
    try check("create")
    configurations.withLock { $0[guest.instanceID] = guest }
    interfaces.withLock { interfaces in
      interfaces[guest.instanceID] = guest.interfaces.map { AttachedInterface(macAddress: $0.macAddress, tap: $0.tap) }
    }
    states.withLock { $0[guest.instanceID] = PowerState.none }
    try await whileCreating.withLock { $0 }?(guest.instanceID)
    states.withLock { $0[guest.instanceID] = paused ? .paused : .running }
    calls.add(.create(guest.instanceID, paused: paused))
    try await fuse.burn()
  }

  func resume(_ instanceID: UUID) async throws {
    states.withLock { $0[instanceID] = .running }
    calls.add(.resume(instanceID))
    try await fuse.burn()
  }

  func destroy(_ instanceID: UUID) async throws {
    guard states.withLock({ $0.removeValue(forKey: instanceID) }) != nil else { return }
    interfaces.withLock { $0[instanceID] = nil }
    calls.add(.destroy(instanceID))
    try await fuse.burn()
  }

  func changes() async throws -> AsyncStream<UUID> {
    let (stream, continuation) = AsyncStream.makeStream(of: UUID.self)
    listener.withLock { $0 = continuation }
    return stream
  }

  /// The guest dies without anybody having asked for it.
  func kill(_ id: UUID) {
    states.withLock { $0[id] = nil }
    listener.withLock { $0 }?.yield(id)
  }
}

/// A server that writes down what it is told.
final class ServerDouble: ComputeServer {
  let updates = Journal<InstanceUpdate>()
  let acknowledged = Journal<Int64>()
  let steps = Journal<String>()
  let listed = Mutex<[HostInstance]>([])
  /// What the server says of the operation at hand.
  let standing = Mutex(UpdateOperation.Result(isCurrent: true, step: "requested"))
  let operationSteps = Journal<String>()
  let finished = Journal<FinishOperation.Arguments>()
  let answers = Journal<UUID>()
  private let fuse: Fuse

  init(fuse: Fuse = Fuse()) { self.fuse = fuse }

  func burn() async throws { try await fuse.burn() }

  func update(_ update: InstanceUpdate) async throws { updates.add(update) }

  func record(_ steps: [RecordInstanceEvents.Step], of instanceID: UUID) async throws {
    for step in steps { self.steps.add(step.event) }
  }

  func acknowledge(_ messageIDs: [Int64]) async throws {
    for id in messageIDs { acknowledged.add(id) }
  }

  func instances() async throws -> [HostInstance] { listed.withLock { $0 } }
  func report(_ inventory: HostInventory, isFirst: Bool) async throws {}

  func configDrive(of instanceID: UUID) async throws -> [GetConfigDrive.Result.File] {
    [.init(path: "openstack/latest/meta_data.json", contents: Array("{}".utf8))]
  }

  func untilVMState(_ state: String) async {
    await updates.until { $0.contains { $0.vmState == state } }
  }
}

/// The interfaces of a host, by name.
final class LinksDouble: HostLinks {
  let taps = Mutex<Set<String>>([])
  /// Called when a tap has been made.
  let whenMade = Mutex<(@Sendable (VIF) throws -> Void)?>(nil)

  func ensureBridge(_ name: String, mtu: Int?) async throws {}

  func makeTap(_ vif: VIF) async throws {
    taps.withLock { _ = $0.insert(vif.tap) }
    try whenMade.withLock { $0 }?(vif)
  }

  func removeLink(_ name: String) async throws { taps.withLock { _ = $0.remove(name) } }
  func names() async throws -> Set<String> { taps.withLock { $0 } }
}

/// Images without data: what boots from a kernel needs no disk.
struct ImagesDouble: ImageAPI {
  func image(_ id: UUID) async throws -> ImageDescription {
    ImageDescription(id: id, status: "active", diskFormat: "raw", size: 0)
  }

  func download(_ id: UUID, to path: String) async throws {
    try await Files.write([], to: path)
  }

  func upload(_ id: UUID, from path: String, diskFormat: String, containerFormat: String) async throws {}
  func setProperties(_ properties: [String: String], of id: UUID) async throws {}
  func delete(_ id: UUID) async throws {}
}
