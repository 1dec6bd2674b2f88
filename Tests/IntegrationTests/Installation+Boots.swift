import Support
import Testing

extension Installation {
  /// Waits until a boot has ended, and requires that it ended well.
  func waitUntilActive(_ server: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let state = try await database.wait(
      until: "the boot of \(server) has ended",
      "SELECT vm_state FROM instances WHERE id = ? AND vm_state IN ('active', 'error')", server)
    let fault = try database.text("SELECT fault_message FROM instances WHERE id = ?", server)
    try #require(state == "active", "\(fault ?? "")", sourceLocation: sourceLocation)
  }

  /// Waits until the compute host has told of a step of a boot.
  func waitForStep(_ step: String, of server: String) async throws {
    try await database.wait(
      until: "the boot of \(server) has reached \(step)",
      "SELECT step FROM v_boot_timeline WHERE instance_id = ? AND step = ?", server, step)
  }

  /// The steps of a boot in the order in which they happened.
  func steps(of server: String) throws -> [String] {
    try database.rows("SELECT step FROM v_boot_timeline WHERE instance_id = ?", [server]).map { $0[0] }
  }

  /// The id of the server's only port, once there is one.
  func port(of server: String) async throws -> String {
    try await database.wait(until: "\(server) has a port", "SELECT id FROM ports WHERE device_id = ?", server)
  }

  /// The processes of QEMU in the namespace that run this server.
  func guests(of server: String) async throws -> [Int32] {
    try await namespace.processes().filter { process in
      process.command.first?.contains("qemu") == true && process.command.contains(server)
    }.map(\.id)
  }

  /// Requires what every boot promises once it has ended: the guest was resumed after its port was ACTIVE, the plugged
  /// event was delivered once and nothing is left in the outbox, and nothing was built twice.
  func requireProperBoot(of server: String) async throws {
    // The host tells its steps when the boot has ended.
    try await waitForStep("guest_resumed", of: server)
    let steps = try steps(of: server)
    let text = steps.joined(separator: ", ")
    let active = try #require(steps.firstIndex(of: "port BUILD -> ACTIVE"), "\(text)")
    let resumed = try #require(steps.firstIndex(of: "guest_resumed"), "\(text)")
    #expect(active < resumed, "\(text)")
    #expect(steps.count { $0 == "guest_created_paused" } == 1, "\(text)")
    #expect(steps.count { $0 == "guest_resumed" } == 1, "\(text)")
    try await database.wait(
      until: "the plugged event of \(server) is delivered",
      """
      SELECT id FROM event_deliveries
      WHERE instance_id = ? AND name = 'network-vif-plugged' AND outcome = 'delivered'
      """, server)
    try await database.wait(
      until: "nothing waits for \(server) any more",
      """
      SELECT 'nothing' WHERE NOT EXISTS (SELECT 1 FROM pending_events WHERE instance_id = ?1)
        AND NOT EXISTS (SELECT 1 FROM host_messages WHERE instance_id = ?1)
      """, server)
    let givenUp = try database.count(
      "SELECT count(*) FROM event_deliveries WHERE instance_id = ? AND outcome = 'given_up'", server)
    #expect(givenUp == 0)
  }
}
