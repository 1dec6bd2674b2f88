/// How far a port is wired. The text is the Networking API's `status` and the database's.
package enum PortStatus: String, CaseIterable, Sendable {
  /// Not wired: no device seen, the device is gone, or the port is disabled.
  case down = "DOWN"
  /// An agent has fetched the device's details and is wiring it.
  case build = "BUILD"
  /// The agent reported the device up and nothing else blocks the port.
  case active = "ACTIVE"
  /// Wiring failed.
  case error = "ERROR"
}
