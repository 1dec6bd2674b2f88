import ComputeHost
import HostRPC
import JSON
import Model
import Testing

/// What each event of a port does to each operation: the table of `docs/port-events.md`.
enum PortEventTable {
  /// The events, in the order of the page's columns.
  enum Event: String, CaseIterable, Sendable {
    case early
    case inTime = "in time"
    case duplicate
    case late
    case stale
    case failed
    case missing
    case never
    case changed
    case unplugged
    case deleted
    case noHost = "no host"
  }

  /// What it brings about, in the words of the page.
  enum Effect: String, Sendable {
    case goesOn = "goes on"
    case ignored
    case waits
    case looks
    case fails
    case rollsBack = "rolls back"
    case drops
    case kept
    case nothing = "-"
  }

  /// Which ports an operation waits for.
  enum Wait: String, Sendable {
    /// Those that are administratively up and not ACTIVE. The guest stands still meanwhile.
    case new
    /// All that are administratively up, after their earlier plug was seen to end. The guest stands still meanwhile.
    case again
    /// The one that is attached. The guest goes on.
    case one
    /// All that are administratively up, on the other host. The guest goes on.
    case elsewhere
    case none
  }

  struct Operation: Sendable, CustomTestStringConvertible {
    var name: String
    var wait: Wait
    /// The leg that plugs; `nil` for a build and a deletion.
    var leg: OperationCase?
    /// Whether the instance may be on no host when it begins.
    var mayBeHostless = false

    var testDescription: String { name }
  }

  static let operations: [Operation] = [
    Operation(name: "boot", wait: .new, mayBeHostless: true),
    Operation(name: "start", wait: .again, leg: OperationCase(kind: .start, before: .stopped, guest: nil)),
    Operation(name: "soft reboot", wait: .again, leg: OperationCase(kind: .rebootSoft)),
    Operation(name: "hard reboot", wait: .again, leg: OperationCase(kind: .rebootHard)),
    Operation(name: "rebuild", wait: .again, leg: OperationCase(kind: .rebuild)),
    Operation(name: "rescue", wait: .again, leg: OperationCase(kind: .rescue)),
    Operation(name: "unrescue", wait: .again, leg: OperationCase(kind: .unrescue, before: .rescued)),
    Operation(
      name: "resume", wait: .again,
      leg: OperationCase(kind: .resume, before: .suspended, guest: nil, files: ["ID/memory.save"])),
    Operation(
      name: "attach", wait: .one,
      leg: OperationCase(
        kind: .attachInterface, arguments: ["port_id": .string("\(OperationCase.otherPort.id)")])),
    Operation(name: "detach", wait: .none, leg: OperationCase(kind: .detachInterface, arguments: ["port_id": "OWN"])),
    Operation(
      name: "resize", wait: .again,
      leg: OperationCase(kind: .resize, leg: .destination, guest: nil, destination: "host1")),
    Operation(
      name: "revert", wait: .again,
      leg: OperationCase(
        kind: .revertResize, leg: .home, before: .resized, guest: nil, arguments: ["old_vm_state": "active"])),
    Operation(
      name: "live migration", wait: .elsewhere, leg: OperationCase(kind: .liveMigrate, leg: .destination, guest: nil)),
    Operation(name: "evacuate", wait: .again, leg: OperationCase(kind: .evacuate, leg: .destination, guest: nil)),
    Operation(
      name: "unshelve", wait: .again, leg: OperationCase(kind: .unshelve, before: .shelvedOffloaded, guest: nil),
      mayBeHostless: true),
    Operation(name: "deletion", wait: .none, mayBeHostless: true),
  ]

  static func effect(of event: Event, on operation: Operation) -> Effect {
    switch (operation.wait, event) {
    case (_, .noHost): operation.mayBeHostless ? .kept : .nothing
    case (_, .changed), (_, .late): .ignored
    case (.none, .deleted): operation.leg == nil ? .ignored : .drops
    case (.none, _): .ignored
    case (_, .inTime), (_, .duplicate): .goesOn
    case (_, .deleted): .drops
    case (.elsewhere, .early): .waits
    case (.elsewhere, .stale): .goesOn
    case (.elsewhere, .missing): .rollsBack
    case (_, .early), (_, .missing): .looks
    case (_, .stale): .waits
    case (.one, .failed), (.one, .never), (.elsewhere, .failed), (.elsewhere, .never): .rollsBack
    case (_, .failed), (_, .never): .fails
    case (_, .unplugged): .ignored
    }
  }
}
