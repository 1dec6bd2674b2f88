internal import HostRPC
internal import Libvirt
internal import Logging
internal import Model

/// One start of a guest.
struct Boot: Sendable {
  var request: BuildRequest
  /// The instance has never run: its ports are made now. Later it has those that it has.
  var isFirst = false
  /// The guest goes on from this file, which a suspension has written.
  var memory: String?
  /// The guest boots from this image, with its own disk beside.
  var rescueImage: BuildRequest.Image?
}

/// The ports of a guest that is about to be plugged again.
struct Settled: Sendable {
  /// Those that are to be waited for.
  var waiting: [UUID]
  /// Of these, those whose status is still that of an earlier plug.
  var stale: Set<UUID> = []

  /// Every status is a new one.
  init(ports: [InstancePort]) {
    waiting = ports.filter(\.needsPlugging).map(\.id)
  }

  /// - Parameter missing: What was still ACTIVE when nobody wanted to wait longer.
  init(ports: [InstancePort], stillActive missing: [UUID]) {
    waiting = ports.filter(\.isAdminStateUp).map(\.id)
    stale = Set(missing)
  }
}

extension Builder {
  /// How long to wait for an agent to notice that a tap has gone. Upstream's looks every two seconds.
  static var unplugPatience: Duration { .seconds(10) }

  /// Waits until nobody takes the ports' old plug for the new one: a guest that is started again soon after it stopped
  /// finds its ports ACTIVE, and would run before they are wired again.
  func settle(_ ports: [InstancePort], of id: UUID) async throws -> Settled {
    let active = ports.filter { $0.isAdminStateUp && $0.status == "ACTIVE" }.map(\.id)
    guard !active.isEmpty, options.timeout > .zero else { return Settled(ports: ports) }
    let wait = events.prepare(id, active.map { InstanceEvents.Key(name: .networkVIFUnplugged, tag: "\($0)") })
    defer { events.end(wait) }
    let still = try await wait.look(until: Self.unplugPatience, every: options.lookInterval, clock) {
      // A Networking service that does not say now is asked again.
      let now = try? await networking.ports(of: id)
      let still = active.filter { port in now.map { $0.first { $0.id == port }?.status == "ACTIVE" } ?? true }
      return still.isEmpty || wait.isExpired ? still : nil
    }
    if !still.isEmpty {
      logger.warning(
        "Nobody noticed that ports were unplugged; only events count for them now",
        metadata: ["instance.id": "\(id)", "port.id": "\(still.map(\.description).joined(separator: " "))"])
    }
    return Settled(ports: ports, stillActive: still)
  }
}
