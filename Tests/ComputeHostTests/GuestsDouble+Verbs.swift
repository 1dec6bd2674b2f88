import ComputeHost
import Libvirt
import Model
import Synchronization

extension GuestsDouble {
  func shutDown(_ instanceID: UUID) async throws {
    calls.add(.shutDown(instanceID))
    if isDeaf.withLock({ $0 }) { return }
    kill(instanceID)
    try await burn()
  }

  func pause(_ instanceID: UUID) async throws {
    states.withLock { $0[instanceID] = .paused }
    calls.add(.pause(instanceID))
    try await burn()
  }

  func save(_ instanceID: UUID, to path: String) async throws {
    guard states.withLock({ $0[instanceID] }) != nil else {
      guard Files.exists(path) else { throw LibvirtError(code: .noGuest, message: "there is no guest") }
      return
    }
    try await Files.write([], to: path)
    states.withLock { $0[instanceID] = nil }
    calls.add(.save(instanceID))
    try await burn()
  }

  func restore(_ guest: GuestConfiguration, from path: String, paused: Bool) async throws {
    configurations.withLock { $0[guest.instanceID] = guest }
    states.withLock { $0[guest.instanceID] = paused ? .paused : .running }
    calls.add(.restore(guest.instanceID, paused: paused))
    try await burn()
  }

  func attach(_ vif: VIF, bandwidth: VIFBandwidth?, to instanceID: UUID) async throws {
    try check("attach")
    if interfaces.withLock({ $0[instanceID]?.contains { $0.tap == vif.tap } ?? false }) { return }
    interfaces.withLock { interfaces in
      interfaces[instanceID, default: []].append(AttachedInterface(macAddress: vif.macAddress, tap: vif.tap))
    }
    calls.add(.attach(instanceID, vif.macAddress))
    try await burn()
  }

  func detach(_ macAddress: MACAddress, from instanceID: UUID) async throws {
    interfaces.withLock { $0[instanceID]?.removeAll { $0.macAddress == macAddress } }
    calls.add(.detach(instanceID, macAddress))
    try await burn()
  }

  func interfaces(of instanceID: UUID) async throws -> [AttachedInterface] {
    interfaces.withLock { $0[instanceID] ?? [] }
  }

  func diagnostics(of instanceID: UUID) async throws -> GuestDiagnostics {
    GuestDiagnostics(powerState: .running, driver: "double", hypervisor: "double")
  }

  func consoleAddress(of instanceID: UUID) async throws -> (host: String, port: Int)? {
    vncPort.withLock { $0 }.map { ("127.0.0.1", $0) }
  }

  func copyDisk(of instanceID: UUID, from path: String, to copy: String) async throws {
    try check("copyDisk")
    calls.add(.copyDisk(instanceID))
    try await Files.write([], to: copy)
    try await burn()
  }

  func migrate(
    _ instanceID: UUID, to uri: String, guest: GuestConfiguration, copiesDisks: Bool, timeout: Duration
  ) async throws {
    calls.add(.migrate(instanceID, uri))
    try check("migrate")
    try await whileMigrating.withLock { $0 }?(instanceID)
    states.withLock { $0[instanceID] = nil }
    try await burn()
  }

  func migrationProgress(of instanceID: UUID) async throws -> MigrationProgress? { nil }
  func abortMigration(of instanceID: UUID) async throws {}
}
