internal import JSON
package import Model

/// Taps without guests, for trying many ports on one machine: everything around the guest is real.
///
/// A guest is a file with its state and its taps' names, so a restarted process finds the guests of the one before it.
package actor FakeDriver: HypervisorDriver {
  private struct FakeGuest {
    var state: PowerState
    var taps: [String]
  }

  private let links: any HostLinks
  private let folder: String
  private var guests: [UUID: FakeGuest] = [:]
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
      guard let id = UUID(file), let bytes = HostFiles.bytes(of: path(of: id)),
        let json = try? JSONValue(parsing: bytes),
        let state = json["power_state"]?.integer.flatMap({ PowerState(rawValue: Int($0)) })
      else { continue }
      let taps = json["taps"]?.array?.compactMap(\.string) ?? []
      if names.isSuperset(of: taps) {
        guests[id] = FakeGuest(state: state, taps: taps)
      } else {
        try await remove(id, taps: taps)
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
    let state: PowerState = paused ? .paused : .running
    precondition(guests[guest.instanceID] == nil, "the caller has looked whether the guest exists")
    // The file comes first: a crash in between leaves a guest without taps, which the next start removes.
    guests[guest.instanceID] = FakeGuest(state: state, taps: guest.interfaces.map(\.tap))
    try save(guest.instanceID)
    for vif in guest.interfaces { try await links.makeTap(vif) }
    announce(guest.instanceID)
  }

  package func resume(_ instanceID: UUID) throws {
    guests[instanceID]?.state = .running
    try save(instanceID)
    announce(instanceID)
  }

  package func destroy(_ instanceID: UUID) async throws {
    guard let guest = guests[instanceID] else { return }
    try await remove(instanceID, taps: guest.taps)
    announce(instanceID)
  }

  package func changes() -> AsyncStream<UUID> {
    let (stream, continuation) = AsyncStream.makeStream(of: UUID.self, bufferingPolicy: .bufferingNewest(1024))
    listeners.append(continuation)
    return stream
  }

  private func announce(_ id: UUID) {
    listeners.removeAll { listener in
      if case .terminated = listener.yield(id) { true } else { false }
    }
  }

  private func remove(_ id: UUID, taps: [String]) async throws {
    for tap in taps { try await links.removeLink(tap) }
    guests[id] = nil
    try HostFiles.remove(path(of: id))
  }

  private func save(_ id: UUID) throws {
    guard let guest = guests[id] else { return }
    let json: JSONValue = ["power_state": JSONValue(guest.state.rawValue), "taps": JSONValue(guest.taps)]
    try HostFiles.write(json.bytes, to: path(of: id))
  }

  private func path(of id: UUID) -> String { "\(folder)/\(id)" }
}
