import ComputeHost
import HostRPC
import Logging
import Model
import Synchronization

/// A builder with doubles around it.
struct Workshop: Sendable {
  let fuse = Fuse()
  let networking: PortsDouble
  let guests: GuestsDouble
  let server: ServerDouble
  let events = InstanceEvents()
  let links = LinksDouble()
  let images: SnapshotsDouble
  let clock = ManualClock()
  let folder: String
  var options = PlugWait.Options(timeout: .seconds(300), isFatal: true, lookInterval: .seconds(3))

  let host = "host1"
  let networkID = UUID()
  let instanceID = UUID()

  init(folder: String) {
    self.folder = folder
    (networking, guests) = (PortsDouble(fuse: fuse), GuestsDouble(fuse: fuse))
    (server, images) = (ServerDouble(fuse: fuse), SnapshotsDouble(fuse: fuse))
  }

  static func with(
    isFatal: Bool = true, timeout: Duration = .seconds(300), _ body: (Workshop) async throws -> Void
  ) async throws {
    try await Files.withFolder { folder in
      var workshop = Workshop(folder: folder)
      workshop.options.isFatal = isFatal
      workshop.options.timeout = timeout
      try await body(workshop)
    }
  }

  var cache: ImageCache {
    ImageCache(images: ImagesDouble(), folder: "\(folder)", logger: Self.quiet)
  }

  var files: InstanceFiles { InstanceFiles(cache: cache, folder: "\(folder)/instances") }

  /// A builder as a process that has just started has it.
  func builder(events: InstanceEvents? = nil) -> Builder {
    var builder = Builder(
      host: host, networking: networking, files: files, links: links, hypervisor: guests,
      events: events ?? self.events, server: server, options: options, logger: Self.quiet)
    builder.clock = clock
    return builder
  }

  /// What does operations in a process that has just started.
  func performer(events: InstanceEvents? = nil) -> OperationPerformer {
    OperationPerformer(builder: builder(events: events), images: images)
  }

  func request(ports: [UUID] = []) -> BuildRequest {
    let networks =
      ports.isEmpty ? [BuildRequest.Network(networkID: networkID)] : ports.map { BuildRequest.Network(portID: $0) }
    return BuildRequest(
      instanceID: instanceID, name: "vm", projectID: "0123", userID: "4567",
      flavor: .init(id: "1", name: "tiny", vcpus: 1, memoryMB: 128, rootGB: 0),
      image: .init(id: UUID(), diskFormat: "raw", kernelID: UUID(), ramdiskID: UUID()), networks: networks,
      createdAt: Timestamp(microseconds: 0))
  }

  /// The instance's only port.
  var portID: UUID {
    get throws {
      let ids = networking.ports.withLock { Array($0.keys) }
      precondition(ids.count == 1, "the instance has one port")
      return ids[0]
    }
  }

  @discardableResult
  func event(_ status: InstanceEventStatus = .completed) throws -> Bool {
    events.pop(InstanceEvent(name: .networkVIFPlugged, instanceID: instanceID, tag: "\(try portID)", status: status))
  }

  /// The agent has wired the port, and the event says so.
  func plug() throws {
    networking.setStatus("ACTIVE")
    try event()
  }

  /// How many sleep while a guest waits: the time-out, the next look, the next record of the timeline.
  static let sleepers = 3

  /// Waits until the guest is there and paused, and all clocks of the wait run.
  func untilPaused() async {
    await guests.calls.until(.create(instanceID, paused: true))
    await clock.untilAsleep(Self.sleepers)
  }

  static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
