import JSON
import Support
import Testing

extension IntegrationTests {
  @Suite("A port that is never wired")
  struct PluggingTimeoutTests {
    @Test("the guest stays paused until vif_plugging_timeout, then it is destroyed and the server is in ERROR")
    func fatal() async throws {
      try await Installation.with(driver: .libvirt) { installation in
        try await installation.startAll(compute: ["OS_DEFAULT__VIF_PLUGGING_TIMEOUT": "3"])
        let image = try await API(installation).makeGuestImage()
        let server = try await installation.bootWithoutAgent(image: image)
        let state = try await installation.database.wait(
          until: "the boot has ended",
          "SELECT vm_state FROM instances WHERE id = ? AND vm_state IN ('active', 'error')", server)
        #expect(state == "error")
        #expect(try !installation.steps(of: server).contains("guest_resumed"))
        #expect(textOfFile(installation.console(of: server)) == "")
        let shown = try await API(installation).checked("GET", .compute, "/v2.1/servers/\(server)")
        #expect(shown["server"]?["status"] == "ERROR")
        #expect(
          shown["server"]?["fault"]?["message"]
            == .string("Build of instance \(server) aborted: Failed to allocate the network(s), not rescheduling."))
        let details = try installation.database.text("SELECT fault_details FROM instances WHERE id = ?", server)
        let port = try installation.database.text("SELECT port_id FROM port_transitions")
        #expect(details?.contains("timeout waiting for network-vif-plugged-\(port ?? "")") == true, "\(details ?? "")")
        try await waitUntil("the guest is gone") {
          try await installation.guests(of: server).isEmpty
        }
      }
    }

    @Test("with vif_plugging_is_fatal off, the guest is resumed at the time-out, with a warning in the log")
    func notFatal() async throws {
      try await Installation.with { installation in
        try await installation.startAll(compute: [
          "OS_DEFAULT__VIF_PLUGGING_TIMEOUT": "2", "OS_DEFAULT__VIF_PLUGGING_IS_FATAL": "false",
        ])
        let server = try await installation.bootWithoutAgent()
        try await installation.waitUntilActive(server)
        #expect(try installation.database.text("SELECT status FROM ports") == "DOWN")
        #expect(try installation.compute.logTail(lines: 1000).contains(" warning "))
      }
    }
  }
}
