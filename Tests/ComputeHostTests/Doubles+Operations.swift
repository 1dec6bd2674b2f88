import ComputeHost
import HostRPC
import Model
import Synchronization

extension ServerDouble {
  func update(_ operation: UpdateOperation.Arguments) async throws -> UpdateOperation.Result {
    if let step = operation.step { operationSteps.add(step) }
    let now = standing.withLock { standing in
      if let step = operation.step { standing.step = step }
      return standing
    }
    try await burn()
    return now
  }

  func finish(_ operation: FinishOperation.Arguments) async throws -> FinishOperation.Result {
    finished.add(operation)
    standing.withLock { $0.isCurrent = false }
    try await burn()
    return FinishOperation.Result(vmState: .active)
  }

  func answer(_ call: AnswerCall.Arguments) async throws { answers.add(call.callID) }

  func fetch(_ name: String, ofOperation operation: Int64, to path: String) async throws {
    try await Files.write(Array("fetched \(name)".utf8), to: path)
  }

  func send(_ path: String, as name: String, ofOperation operation: Int64) async throws {}
}

extension PortsDouble {
  func releasePort(_ id: UUID) async throws {
    calls.add(.release(id))
    ports.withLock { $0[id]?.hostID = "" }
    try await burn()
  }

  func createBinding(of port: UUID, on host: String) async throws {
    calls.add(.createBinding(port, host))
    bindings.withLock { _ = $0[port, default: []].insert(host) }
    try await burn()
  }

  func activateBinding(of port: UUID, on host: String) async throws {
    calls.add(.activateBinding(port, host))
    ports.withLock { $0[port]?.hostID = host }
    try await burn()
  }

  func deleteBinding(of port: UUID, on host: String) async throws {
    calls.add(.deleteBinding(port, host))
    bindings.withLock { _ = $0[port]?.remove(host) }
    try await burn()
  }
}

/// An Image service that holds what hosts write into it.
final class SnapshotsDouble: ImageAPI {
  /// The images by their status.
  let statuses = Mutex<[UUID: String]>([:])
  let uploads = Journal<UUID>()
  private let fuse: Fuse

  init(fuse: Fuse = Fuse()) { self.fuse = fuse }

  /// Thrown by the next uploads.
  let refusal = Mutex<ImageError?>(nil)

  func image(_ id: UUID) async throws -> ImageDescription {
    guard let status = statuses.withLock({ $0[id] }) else { throw ImageError("there is no image \(id)") }
    return ImageDescription(id: id, status: status, diskFormat: "qcow2", size: 0)
  }

  func download(_ id: UUID, to path: String) async throws { try await Files.write([], to: path) }

  func upload(_ id: UUID, from path: String, diskFormat: String, containerFormat: String) async throws {
    if let refusal = refusal.withLock({ $0 }) { throw refusal }
    guard Files.exists(path) else { throw ImageError("there is no file \(path)") }
    statuses.withLock { $0[id] = "active" }
    uploads.add(id)
    try await fuse.burn()
  }

  func setProperties(_ properties: [String: String], of id: UUID) async throws {}

  func delete(_ id: UUID) async throws {
    statuses.withLock { $0[id] = nil }
    try await fuse.burn()
  }
}
