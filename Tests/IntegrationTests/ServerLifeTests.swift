import Foundation
import Support
import Testing

extension IntegrationTests {
  @Suite("The whole life of a server")
  struct ServerLifeTests {
    @Test("the stock SDK and client do everything to a real guest, which tells of it, and nothing is left")
    func life() async throws {
      try await Installation.with(driver: .libvirt) { installation in
        try await installation.startServer()
        try await installation.startAgentInAllRoles()
        try await installation.startCompute()
        let result = try await installation.runPython(["-m", "unittest", "servers"], within: .seconds(420))
        // unittest tells everything on standard error.
        if !result.succeeded { Issue.record("\(result.output)\(result.errors)\n\(installation.logs)") }
        try await installation.requireNothingLeft()
      }
    }
  }
}

extension Installation {
  /// Requires that deleted servers have left nothing: no guest, tap, file, port, claim, message or operation.
  func requireNothingLeft(on second: SecondHost? = nil) async throws {
    for namespace in [namespace, second?.namespace].compactMap(\.self) {
      try await waitUntil("no guest is left in \(namespace.name)") {
        try await namespace.processes().allSatisfy { $0.command.first?.contains("qemu") != true }
      }
    }
    for host in ["host", "host2"] {
      let left = (try? FileManager.default.contentsOfDirectory(atPath: folder.file("\(host)/instances"))) ?? []
      #expect(left.isEmpty, "\(left)")
    }
    for table in ["instances", "instance_operations", "instance_claims", "host_messages"] {
      try await database.wait(until: "\(table) is empty", "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM \(table))")
    }
    let ports = try database.rows("SELECT id FROM ports WHERE device_owner LIKE 'compute:%'", [])
    #expect(ports.isEmpty, "\(ports)")
  }
}
