import ComputeHost
import HostRPC
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
  }

  let calls = Journal<Call>()
  let ports = Mutex<[UUID: InstancePort]>([:])
  /// What `binding:vif_type` becomes.
  let vifType = Mutex<String?>("bridge")
  /// Errors to be thrown by the next calls that make ports, after the port was made: the answer was lost.
  let lostAnswers = Mutex(0)
  let isDown = Mutex(false)

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
    let port = InstancePort(
      id: UUID(), networkID: new.networkID, macAddress: MACAddress(bits: 0xFA16_3E00_0001), status: "DOWN",
      deviceID: "\(new.instanceID)", hostID: new.host, vifType: vifType.withLock { $0 })
    ports.withLock { $0[port.id] = port }
    groups.withLock { $0 = new.securityGroups }
    calls.add(.create(new.networkID))
    let isLost = lostAnswers.withLock { count in
      defer { count = max(0, count - 1) }
      return count > 0
    }
    if isLost { throw NetworkingError(status: nil, message: "the answer was lost") }
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
    return port
  }

  func unbindPort(_ id: UUID) async throws {
    calls.add(.unbind(id))
    ports.withLock { ports in
      ports[id]?.deviceID = ""
      ports[id]?.hostID = ""
    }
  }

  func deletePort(_ id: UUID) async throws {
    calls.add(.delete(id))
    ports.withLock { $0[id] = nil }
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
  }

  let calls = Journal<Call>()
  let configurations = Mutex<[UUID: GuestConfiguration]>([:])
  let states = Mutex<[UUID: PowerState]>([:])
  /// Called while a guest is being created, when its taps are there and its creation has not returned.
  let whileCreating = Mutex<(@Sendable (UUID) async throws -> Void)?>(nil)
  private let listener = Mutex<AsyncStream<UUID>.Continuation?>(nil)

  func start() async throws {}

  func inventory() async throws -> HostInventory {
    HostInventory(
      vcpus: 2, memoryMB: 4096, diskGB: 10, hypervisorType: "double", hypervisorVersion: 1, virtType: "double")
  }

  func powerState(of instanceID: UUID) async throws -> PowerState? { states.withLock { $0[instanceID] } }
  func powerStates() async throws -> [UUID: PowerState] { states.withLock { $0 } }

  func create(_ guest: GuestConfiguration, paused: Bool) async throws {
    configurations.withLock { $0[guest.instanceID] = guest }
    states.withLock { $0[guest.instanceID] = PowerState.none }
    try await whileCreating.withLock { $0 }?(guest.instanceID)
    states.withLock { $0[guest.instanceID] = paused ? .paused : .running }
    calls.add(.create(guest.instanceID, paused: paused))
  }

  func resume(_ instanceID: UUID) async throws {
    states.withLock { $0[instanceID] = .running }
    calls.add(.resume(instanceID))
  }

  func destroy(_ instanceID: UUID) async throws {
    guard states.withLock({ $0.removeValue(forKey: instanceID) }) != nil else { return }
    calls.add(.destroy(instanceID))
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

struct LinksDouble: HostLinks {
  func ensureBridge(_ name: String, mtu: Int?) async throws {}
  func makeTap(_ vif: VIF) async throws {}
  func removeLink(_ name: String) async throws {}
  func names() async throws -> Set<String> { [] }
}

/// Images without data: what boots from a kernel needs no disk.
struct ImagesDouble: ImageAPI {
  func image(_ id: UUID) async throws -> ImageDescription {
    ImageDescription(id: id, status: "active", diskFormat: "raw", size: 0)
  }

  func download(_ id: UUID, to path: String) async throws {
    try await Files.write([], to: path)
  }
}
