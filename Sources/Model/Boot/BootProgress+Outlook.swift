extension BootProgress {
  /// How a boot stands.
  package enum Outlook: Hashable, Sendable, CustomStringConvertible {
    case complete
    /// It has failed, and why.
    case failed(String)
    /// It goes on when this has happened; a whole sentence for the operator.
    case waits(String)

    package var description: String {
      switch self {
      case .complete: "The boot is complete."
      case .failed(let reason): "The boot has failed: \(reason)"
      case .waits(let sentence): sentence
      }
    }
  }

  /// Which step the boot waits for, found by walking the steps in the order in which they have to happen.
  ///
  /// - Parameters:
  ///   - now: The server's time.
  ///   - downTime: Without a heartbeat for this long, a program on a host counts as gone (`agent_down_time`).
  package func outlook(now: Timestamp, downTime: Duration = .seconds(75)) -> Outlook {
    switch vmState {
    case "building": .waits(missingStep { $0.map { now - $0 > downTime } ?? true })
    case "error": .failed(fault ?? "the instance is in ERROR, and no fault is recorded.")
    default: .complete
    }
  }

  private func missingStep(isGone: (Timestamp?) -> Bool) -> String {
    guard let host else { return "The scheduler has not found a host yet (scheduled)." }
    if isGone(hostHeartbeat) {
      return "plugboard-compute on \(host) has to come back: \(lastSeen(hostHeartbeat))."
    }
    // A host tells its steps together, now and then: a port that is there says that it has got that far.
    if !has("build_received"), ports.isEmpty {
      return "The host \(host) has not taken the request to build yet (build_received)."
    }
    if !has("ports_allocated"), ports.isEmpty {
      return "The host \(host) has to get its ports from the Networking service (ports_allocated)."
    }
    if has("ports_allocated"), !has("guest_create_started"), ports.allSatisfy({ $0.status == .down }) {
      return "The host \(host) has to prepare the image and the guest (guest_create_started)."
    }
    return missingPlug(isGone: isGone) ?? missingDelivery ?? missingGuest(on: host)
  }

  /// The first port that is not ACTIVE, and whose turn it is.
  private func missingPlug(isGone: (Timestamp?) -> Bool) -> String? {
    guard let port = ports.first(where: { $0.status != .active }) else { return nil }
    if port.vifType == "binding_failed" {
      return "\(port.tap) cannot be plugged: there was no live agent on \(port.host) to bind the port to."
    }
    if isGone(port.agentHeartbeat) {
      return "plugboard-agent on \(port.host) has to wire \(port.tap), but \(lastSeen(port.agentHeartbeat))."
    }
    switch port.status {
    case .error: return "The agent on \(port.host) could not wire \(port.tap); its log tells why."
    case .build where port.blocks.contains { $0 != "L2" }:
      return "\(port.tap) is wired, and waits for \(port.blocks.filter { $0 != "L2" }.joined(separator: " and "))."
    case .build:
      return "The agent on \(port.host) is wiring \(port.tap) (port BUILD -> ACTIVE)."
    default:
      return "The agent on \(port.host) has not seen \(port.tap) yet (port DOWN -> BUILD)."
    }
  }

  private var missingDelivery: String? {
    if let event = waitingEvents.first(where: { $0.name == InstanceEventName.networkVIFPlugged.rawValue }) {
      let error = event.lastError.map { ", the last error: \($0)" } ?? ""
      return "\(event.name) has to reach the Compute service; \(event.attempts) attempts so far\(error)."
    }
    if waitingMessages.contains("external_instance_event") {
      return "The host has not acknowledged external_instance_event yet."
    }
    return nil
  }

  private func missingGuest(on host: String) -> String {
    if !has("guest_created_paused") {
      return "The hypervisor on \(host) has to create the guest (guest_created_paused)."
    }
    if !has("guest_resumed") {
      return "All ports are ACTIVE; the host \(host) has to resume the guest (guest_resumed)."
    }
    return "The guest runs; the host \(host) has to report it (active)."
  }

  private func has(_ step: String) -> Bool { steps.contains { $0.name == step } }

  private func lastSeen(_ heartbeat: Timestamp?) -> String {
    heartbeat.map { "its last heartbeat was at \($0.spaced) UTC" } ?? "it has never reported"
  }
}
