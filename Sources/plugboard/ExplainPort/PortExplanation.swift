import L2Agent
import Model
import Netlink
import Store

/// A port's state as text, made of what is wanted and what was found. Pure.
struct PortExplanation: CustomStringConvertible {
  private let wanted: WantedPort
  private let found: FoundPort
  private let agent: AgentConfiguration
  private let now: Timestamp

  init(_ wanted: WantedPort, _ found: FoundPort, _ agent: AgentConfiguration, now: Timestamp) {
    (self.wanted, self.found, self.agent, self.now) = (wanted, found, agent, now)
  }

  private var port: Port { wanted.port }
  private var isHere: Bool { port.binding.host == agent.host }

  /// What is not as the database wants it, on this host.
  var differences: [String] {
    guard isHere, port.binding.isBound else { return [] }
    guard let tap = found.tap else { return port.status == .active ? ["\(port.tapName) does not exist"] : [] }
    guard port.adminStateUp else { return tap.isUp ? ["\(tap.name) is up, and admin_state_up is false"] : [] }
    var list: [String] = []
    switch found.steps {
    case .success(let steps): list += steps.map { "to be done: \($0.sentence)" }
    case .failure(let error): list.append("it cannot be wired: \(error)")
    }
    if wanted.details.isFiltered, found.isFiltered == false { list.append("no rule filters \(tap.name)") }
    return list
  }

  /// What has to happen next, and who does it.
  var nextStep: String {
    guard !port.binding.host.isEmpty else { return "Somebody has to bind the port to a host (binding:host_id)." }
    guard port.binding.isBound else {
      return
        "The binding on \(port.binding.host) failed; bind it again when an agent lives there that serves the network."
    }
    guard let agent = wanted.agent else { return "plugboard-agent has to be started on \(port.binding.host)." }
    guard agent.isAlive(at: now, downTime: .seconds(75)) else {
      return
        "plugboard-agent on \(agent.host) has to come back: its last heartbeat was at \(agent.heartbeat.spaced) UTC."
    }
    guard isHere else { return "Look on \(port.binding.host): the port is not of this host (\(self.agent.host))." }
    guard port.adminStateUp else { return "None: the port is switched off (admin_state_up is false)." }
    return localStep
  }

  private var localStep: String {
    guard found.tap != nil else { return "The compute host has to make the tap \(port.tapName)." }
    if case .failure(let error) = found.steps { return "The operator has to clear this: \(error)" }
    if !differences.isEmpty { return "The agent has to wire \(port.tapName); it does at its next look." }
    switch port.status {
    case .active: return "None: the port is ACTIVE and wired."
    case .down: return "The agent has to ask for the port's details (DOWN -> BUILD)."
    case .error: return "The agent has to wire it again; its log tells what failed."
    default:
      let others = wanted.blocks.subtracting([.l2]).map(\.rawValue).sorted()
      if !wanted.blocks.contains(.l2), let other = others.first {
        return "\(other) has to be ready (provisioning block)."
      }
      return "The agent has to report the device up (BUILD -> ACTIVE)."
    }
  }

  var description: String {
    let differences = differences
    let lines =
      ["port \(port.id) (\(port.tapName))", "database"] + databaseLines.map { "  \($0)" }
      + ["this host (\(agent.host))"] + hostLines.map { "  \($0)" }
      + ["differs"] + (differences.isEmpty ? ["nothing"] : differences).map { "  \($0)" }
      + ["next step", "  \(nextStep)"]
    return lines.joined(separator: "\n") + "\n"
  }

  private var databaseLines: [String] {
    let segment = wanted.network.segment
    let carrier = [segment.physicalNetwork, segment.segmentationID.map(String.init)].compactMap { $0 }
    let blocks = wanted.blocks.map(\.rawValue).sorted()
    let last = wanted.lastTransition.map {
      "\($0.from?.rawValue ?? "new") -> \($0.to.rawValue) at \($0.at.spaced): \($0.reason)"
    }
    return [
      "status \(port.status.rawValue), admin_state_up \(port.adminStateUp)",
      "network \(wanted.network.id): \(([segment.type.rawValue] + carrier).joined(separator: " ")), MTU \(wanted.network.mtu)",
      "bound to \(port.binding.host.isEmpty ? "no host" : port.binding.host), vif_type \(port.binding.vifType.rawValue)",
      "device \(port.deviceID.isEmpty ? "none" : port.deviceID), owner \(port.deviceOwner.isEmpty ? "none" : port.deviceOwner)",
      "waits for \(blocks.isEmpty ? "nothing" : blocks.joined(separator: ", "))",
      "last change \(last ?? "none recorded")",
    ]
  }

  private var hostLines: [String] {
    guard let tap = found.tap else { return ["\(port.tapName) does not exist"] }
    let rules =
      found.isFiltered.map { $0 ? "rules name it" : "no rule names it" } ?? "its rules cannot be read by this user"
    return [
      "\(tap.name) (index \(tap.index)) is \(tap.isUp ? "up" : "down"), MTU \(tap.mtu)",
      found.master.map { "in \($0)" } ?? "in no bridge",
      "\(rules); port_security_enabled \(port.portSecurityEnabled)",
    ]
  }
}
