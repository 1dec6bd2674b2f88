package import HostRPC
package import Model

/// What has to be done so that an instance has the ports it was asked for.
///
/// It is found by comparing what was asked for with what is there, so that it can be asked again after a crash at any
/// point, and a port is never made twice.
package enum PortAction: Hashable, Sendable {
  /// The port is the instance's and bound to this host.
  case keep(InstancePort)
  /// The port exists, but is not the instance's yet or is not bound to this host.
  case bind(UUID)
  case create(networkID: UUID, fixedIP: String?)

  /// The actions in the order in which the networks were asked for, which is the order of the guest's interfaces.
  ///
  /// - Parameter existing: The ports whose device the instance is.
  package static func plan(
    for networks: [BuildRequest.Network], existing: [InstancePort], host: String
  ) -> [PortAction] {
    let given = Set(networks.compactMap(\.portID))
    var made = existing.filter { !given.contains($0.id) }
    return networks.compactMap { network in
      if let portID = network.portID {
        guard let port = existing.first(where: { $0.id == portID }) else { return .bind(portID) }
        return port.isBound(to: host) ? .keep(port) : .bind(portID)
      }
      guard let networkID = network.networkID else { return nil }
      guard let index = made.firstIndex(where: { $0.networkID == networkID }) else {
        return .create(networkID: networkID, fixedIP: network.fixedIP)
      }
      let port = made.remove(at: index)
      return port.isBound(to: host) ? .keep(port) : .bind(port.id)
    }
  }
}

extension PortAction {
  /// The actions for a guest that ran before. A port that was given to it and is not its any more is left alone.
  static func reclaim(
    _ networks: [BuildRequest.Network], existing: [InstancePort], host: String
  ) -> [PortAction] {
    let ids = Set(existing.map(\.id))
    let planned = plan(for: networks, existing: existing, host: host).filter { action in
      switch action {
      case .keep: true
      case .bind(let id): ids.contains(id)
      case .create: false
      }
    }
    let taken = Set(planned.compactMap(\.portID))
    let others = existing.filter { !taken.contains($0.id) }.sorted { "\($0.id)" < "\($1.id)" }
    return planned + others.map { $0.isBound(to: host) ? .keep($0) : .bind($0.id) }
  }

  /// The ports of a guest in the order of its interfaces, wherever they are bound.
  static func ordered(_ ports: [InstancePort], by networks: [BuildRequest.Network]) -> [InstancePort] {
    reclaim(networks, existing: ports, host: "").compactMap { action in ports.first { $0.id == action.portID } }
  }

  private var portID: UUID? {
    switch self {
    case .keep(let port): port.id
    case .bind(let id): id
    case .create: nil
    }
  }
}

extension InstancePort {
  /// Whether the port is bound to the host and the binding succeeded.
  func isBound(to host: String) -> Bool {
    hostID == host && vifType != "binding_failed" && vifType != "unbound"
  }
}

/// Gives instances of this host their ports, and takes them away again.
package struct PortAllocator: Sendable {
  private let networking: any NetworkingAPI
  private let host: String
  private let clock: any Clock<Duration>
  private let attempts: Int

  /// - Parameter attempts: How often an allocation is tried when the service fails or does not answer.
  package init(networking: any NetworkingAPI, host: String, clock: any Clock<Duration>, attempts: Int = 4) {
    (self.networking, self.host, self.clock, self.attempts) = (networking, host, clock, attempts)
  }

  /// The instance's ports, made or bound as far as they were not, in the order in which they were asked for.
  package func allocate(_ request: BuildRequest) async throws -> [InstancePort] {
    var failures = 0
    while true {
      do {
        return try await attempt(request)
      } catch let error as NetworkingError where error.isTransient && failures + 1 < attempts {
        // The lost answer may have been that of a port that was made: the next attempt looks first.
        failures += 1
        try await clock.sleep(for: .milliseconds(200 << failures))
      }
    }
  }

  /// The ports that an instance has, bound to this host, in the order of its interfaces: those that were asked for at
  /// its creation, then all others. None is made: what the user has deleted since is not to come back.
  package func reclaim(_ request: BuildRequest) async throws -> [InstancePort] {
    let existing = try await networking.ports(of: request.instanceID)
    return try await perform(PortAction.reclaim(request.networks, existing: existing, host: host), request)
  }

  private func attempt(_ request: BuildRequest) async throws -> [InstancePort] {
    let existing = try await networking.ports(of: request.instanceID)
    return try await perform(PortAction.plan(for: request.networks, existing: existing, host: host), request)
  }

  func perform(_ actions: [PortAction], _ request: BuildRequest) async throws -> [InstancePort] {
    return try await withThrowingTaskGroup(of: (Int, InstancePort).self) { group in
      for (index, action) in actions.enumerated() {
        group.addTask { (index, try await perform(action, request)) }
      }
      var ports: [Int: InstancePort] = [:]
      for try await (index, port) in group { ports[index] = port }
      return ports.sorted { $0.key < $1.key }.map(\.value)
    }
  }

  private func perform(_ action: PortAction, _ request: BuildRequest) async throws -> InstancePort {
    switch action {
    case .keep(let port):
      return port
    case .bind(let id):
      return try await networking.bindPort(id, to: request.instanceID, on: host)
    case .create(let networkID, let fixedIP):
      let port = NewPort(
        networkID: networkID, instanceID: request.instanceID, projectID: request.projectID, host: host,
        fixedIP: fixedIP, securityGroups: request.securityGroupIDs)
      return try await networking.createPort(port)
    }
  }

  /// Deletes the ports that were made for the instance and unbinds those that its user gave it.
  ///
  /// - Parameter given: The user's own ports; `nil` when that is not known, and then none is deleted: a port left over
  ///   is a smaller harm than a user's port that is gone.
  /// - Parameter sparingOthers: Ports that are bound to another host stay: the instance may be built there by now.
  package func deallocate(_ instanceID: UUID, given: Set<UUID>?, sparingOthers: Bool = false) async throws {
    for port in try await networking.ports(of: instanceID) {
      if sparingOthers, !port.hostID.isEmpty, port.hostID != host { continue }
      if let given, !given.contains(port.id) {
        try await networking.deletePort(port.id)
      } else {
        try await networking.unbindPort(port.id)
      }
    }
  }
}
