internal import Libvirt
package import Model

extension LibvirtDriver {
  package func consoleAddress(of instanceID: UUID) async throws -> (host: String, port: Int)? {
    guard let guest = try await connected().guest(id: "\(instanceID)") else { return nil }
    return try await guest.vncAddress()
  }

  package func diagnostics(of instanceID: UUID) async throws -> GuestDiagnostics {
    let guest = try await guest(instanceID)
    let statistics = try await guest.statistics()
    let disks = try await guest.disks()
    let interfaces = try await guest.interfaces()
    var diagnostics = GuestDiagnostics(
      powerState: try await Self.powerState(of: guest), driver: "libvirt", hypervisor: virtType.rawValue)
    diagnostics.hasConfigDrive = disks.contains { $0.path?.hasSuffix("/\(InstanceFiles.configDriveName)") == true }
    diagnostics.memoryMaximum = (statistics["balloon.maximum"] ?? 0) / 1024
    diagnostics.memoryUsed = (statistics["balloon.current"] ?? 0) / 1024
    diagnostics.processors = (0..<statistics.count(of: "vcpu")).map {
      .init(id: $0, time: statistics.value("vcpu", $0, "time"))
    }
    // libvirt counts both in the order of the description.
    diagnostics.interfaces = interfaces.enumerated().map { .init($0.element, statistics, index: $0.offset) }
    diagnostics.disks = disks.indices.map { .init(statistics, index: $0) }
    return diagnostics
  }
}

extension GuestDiagnostics.Interface {
  /// libvirt counts at the host's end of the interface, and says what the guest has received.
  fileprivate init(_ interface: GuestInterface, _ statistics: GuestStatistics, index: Int) {
    func value(_ name: String) -> Int? { statistics.value("net", index, name) }
    self.init(macAddress: interface.macAddress)
    (rxOctets, rxPackets, rxErrors, rxDrop) = (value("rx.bytes"), value("rx.pkts"), value("rx.errs"), value("rx.drop"))
    (txOctets, txPackets, txErrors, txDrop) = (value("tx.bytes"), value("tx.pkts"), value("tx.errs"), value("tx.drop"))
  }
}

extension GuestDiagnostics.Disk {
  fileprivate init(_ statistics: GuestStatistics, index: Int) {
    func value(_ name: String) -> Int? { statistics.value("block", index, name) }
    self.init()
    (readBytes, readRequests) = (value("rd.bytes"), value("rd.reqs"))
    (writeBytes, writeRequests) = (value("wr.bytes"), value("wr.reqs"))
  }
}
