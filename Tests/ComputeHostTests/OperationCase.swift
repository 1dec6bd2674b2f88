import ComputeHost
import HostRPC
import JSON
import Model
import Synchronization
import Testing

/// One leg of an operation, from a host that is ready for it to what it leaves.
struct OperationCase: Sendable, CustomTestStringConvertible {
  var kind: OperationKind
  var leg = OperationLeg.only
  var before = VMState.active
  /// The guest before; `nil` for none.
  var guest: PowerState? = .running
  var arguments: JSONValue = [:]
  var destination: String?
  /// Whether the instance's port is its user's own.
  var isPortGiven = false
  /// Files of the instance, by their path under the folder of instances; `ID` stands for its id.
  var files: [String] = []
  var note = ""

  // What it brings about.

  /// The driver's verbs, in order.
  var calls: [String] = []
  /// What is told to the server, in order.
  var steps: [String] = []
  /// What the server is told of the guest in the end.
  var power: PowerState?
  /// The files that are there afterwards, of those that tell something.
  var filesAfter: [String] = []

  var testDescription: String { "\(kind.rawValue) \(leg.rawValue) \(note)" }

  static let imageID = UUID()
  static let otherPort = InstancePort(
    id: UUID(), networkID: UUID(), macAddress: MACAddress(bits: 0xFA16_3E00_0009), status: "DOWN", deviceID: "",
    hostID: "", vifType: "unbound")
}

/// What is there when an operation has ended.
struct Aftermath: Hashable, Sendable {
  var guest: PowerState?
  var interfaces: Int
  var files: Set<String>
  var taps: Int
  /// Host, device and status of each port.
  var ports: [String]
  var bindings: [String]
  var images: [String]
  var outcome: OperationOutcome?
  var power: PowerState?
}

extension Workshop {
  /// Puts everything there that the operation finds.
  func prepare(_ row: OperationCase) async throws {
    let port = InstancePort(
      id: UUID(), networkID: networkID, macAddress: MACAddress(bits: 0xFA16_3E00_0001), status: "ACTIVE",
      deviceID: "\(instanceID)", hostID: host, vifType: "bridge")
    networking.ports.withLock { ports in
      ports[port.id] = port
      ports[OperationCase.otherPort.id] = OperationCase.otherPort
    }
    images.statuses.withLock { $0[OperationCase.imageID] = "queued" }
    if let power = row.guest { run(port, power) }
    for file in row.files { try await Files.make("\(folder)/instances/\(named(file))") }
  }

  private func run(_ port: InstancePort, _ power: PowerState) {
    guests.states.withLock { $0[instanceID] = power }
    guests.interfaces.withLock {
      $0[instanceID] = [AttachedInterface(macAddress: port.macAddress, tap: VIF.tapName(port: port.id))]
    }
  }

  func named(_ file: String) -> String { file.replacing("ID", with: "\(instanceID)") }

  func request(_ row: OperationCase) -> OperationRequest {
    let own = networking.ports.withLock { $0.values.filter { $0.deviceID == "\(instanceID)" }.map(\.id) }
    var arguments = row.arguments
    if arguments["port_id"]?.string == "OWN", let port = own.first { arguments = ["port_id": .string("\(port)")] }
    return OperationRequest(
      operationID: 7, kind: row.kind, leg: row.leg, arguments: arguments, before: row.before, sourceHost: host,
      destinationHost: row.destination, instance: request(ports: row.isPortGiven ? own : []))
  }

  /// Does the leg as a process that has just started.
  @discardableResult
  func perform(_ request: OperationRequest, events: InstanceEvents? = nil) async throws -> VMState? {
    try await performer(events: events).perform(request)
  }

  func aftermath() async -> Aftermath {
    let power = guests.states.withLock { $0[instanceID] }
    return Aftermath(
      guest: power, interfaces: guests.interfaces.withLock { $0[instanceID]?.count ?? 0 }, files: fileNames(),
      taps: links.taps.withLock { $0.count },
      ports: networking.ports.withLock { ports in
        ports.values.map { "\($0.hostID) \($0.deviceID.isEmpty ? "-" : "ID") \($0.status)" }.sorted()
      },
      bindings: networking.bindings.withLock { $0.values.flatMap(\.self).sorted() },
      images: images.statuses.withLock { $0.values.sorted() }, outcome: server.finished.entries.last?.outcome,
      power: server.finished.entries.last?.powerState)
  }

  /// The files of all instances, by their path, with `ID` for the instance's id; without those that say nothing.
  private func fileNames() -> Set<String> {
    let folders = Files.names(in: "\(folder)/instances") ?? []
    let paths = folders.flatMap { name in
      (Files.names(in: "\(folder)/instances/\(name)") ?? []).map { "\(name)/\($0)" }
    }
    return Set(paths.map { $0.replacing("\(instanceID)", with: "ID") }.filter { !$0.hasSuffix("/holder") })
  }
}

extension GuestsDouble.Call {
  /// The driver's verb.
  var verb: String {
    switch self {
    case .create: "create"
    case .resume: "resume"
    case .destroy: "destroy"
    case .shutDown: "shutDown"
    case .pause: "pause"
    case .save: "save"
    case .restore: "restore"
    case .attach: "attach"
    case .detach: "detach"
    case .copyDisk: "copyDisk"
    case .migrate: "migrate"
    }
  }
}
