import Model
import Testing

@Suite("A port's life")
struct PortLifecycleTests {
  /// Status, report, what the host is, admin state, whether blocked, and what shall come of it.
  struct Rule: Sendable, CustomTestStringConvertible {
    var from: PortStatus
    var report: PortReport
    var host: ReportingHost
    var isUp: Bool
    var isBlocked: Bool

    var testDescription: String { "\(from) \(report) \(host) up=\(isUp) blocked=\(isBlocked)" }

    var decision: StatusDecision {
      from.decision(on: report, from: host, adminStateUp: isUp, isBlocked: isBlocked)
    }

    /// Every combination there is.
    static let all: [Rule] = PortStatus.allCases.flatMap { from in
      PortReport.allCases.flatMap { report in
        ReportingHost.allCases.flatMap { host in
          [true, false].flatMap { isUp in
            [true, false].map { Rule(from: from, report: report, host: host, isUp: isUp, isBlocked: $0) }
          }
        }
      }
    }
  }

  @Test("a report on the bound host moves an enabled port as the table says")
  func boundHost() {
    // report, blocked: what DOWN, BUILD, ACTIVE and ERROR become; nil stays
    let table: [(PortReport, Bool, [PortStatus?])] = [
      (.detailsFetched, false, [.build, nil, nil, .build]),
      (.detailsFetched, true, [.build, nil, nil, .build]),
      (.deviceUp, false, [.active, .active, nil, .active]),
      (.deviceUp, true, [.build, nil, nil, .build]),
      (.deviceDown, false, [nil, .down, .down, .down]),
      (.deviceDown, true, [nil, .down, .down, .down]),
      (.wiringFailed, false, [.error, .error, .error, nil]),
      (.wiringFailed, true, [.error, .error, .error, nil]),
      (.unblocked, false, [nil, .active, nil, nil]),
      (.unblocked, true, [nil, nil, nil, nil]),
    ]
    #expect(table.count == PortReport.allCases.count * 2)
    for (report, isBlocked, outcomes) in table {
      for (from, to) in zip(PortStatus.allCases, outcomes) {
        let rule = Rule(from: from, report: report, host: .bound, isUp: true, isBlocked: isBlocked)
        #expect(rule.decision == to.map(StatusDecision.become) ?? .keep, "\(rule.testDescription)")
      }
    }
  }

  @Test("a disabled port never becomes BUILD or ACTIVE", arguments: Rule.all.filter { !$0.isUp })
  func disabled(rule: Rule) {
    #expect(rule.decision != .become(.active))
    #expect(rule.decision != .become(.build))
  }

  @Test("a blocked port never becomes ACTIVE", arguments: Rule.all.filter(\.isBlocked))
  func blocked(rule: Rule) {
    #expect(rule.decision != .become(.active))
  }

  @Test(
    "a report of a host that has nothing to do with the port changes nothing",
    arguments: Rule.all.filter { $0.host == .stranger })
  func stranger(rule: Rule) {
    #expect(rule.decision == .keep)
  }

  @Test("a report that is repeated changes nothing and announces nothing", arguments: Rule.all)
  func repeated(rule: Rule) {
    var again = rule
    switch rule.decision {
    case .keep: return
    case .become(let status): again.from = status
    // What is remembered of a migration's target that was announced.
    case .announcePlugged: again.from = .active
    }
    #expect(again.decision == .keep)
  }

  @Test("a migration's target is announced once, and its port's own status is not touched")
  func expected() {
    for from in PortStatus.allCases {
      let rule = Rule(from: from, report: .deviceUp, host: .expected, isUp: true, isBlocked: false)
      #expect(rule.decision == (from == .active ? .keep : .announcePlugged))
    }
  }

  @Test("fetching details does not take ACTIVE away, so an agent's restart does not flap")
  func restart() {
    let rule = Rule(from: .active, report: .detailsFetched, host: .bound, isUp: true, isBlocked: false)
    #expect(rule.decision == .keep)
  }

  @Test("a change of status is worth the event that the table says, for every pair")
  func events() {
    let plugged = (InstanceEventName.networkVIFPlugged, InstanceEventStatus.completed)
    let failed = (InstanceEventName.networkVIFPlugged, InstanceEventStatus.failed)
    let unplugged = (InstanceEventName.networkVIFUnplugged, InstanceEventStatus.completed)
    let rows: [(PortStatus?, [(InstanceEventName, InstanceEventStatus)?])] = [
      // to:    DOWN BUILD ACTIVE   ERROR
      (nil, [nil, nil, plugged, failed]),
      (.down, [nil, nil, plugged, failed]),
      (.build, [nil, nil, plugged, failed]),
      (.active, [unplugged, nil, nil, nil]),
      (.error, [nil, nil, nil, nil]),
    ]
    for (from, outcomes) in rows {
      for (to, expected) in zip(PortStatus.allCases, outcomes) {
        let event = PortStatus.event(from: from, to: to)
        #expect(event?.0 == expected?.0 && event?.1 == expected?.1, "\(String(describing: from)) to \(to)")
      }
    }
  }

  @Test("a distributed port is ACTIVE if any host is, else BUILD if any is, else DOWN")
  func aggregate() {
    for first in PortStatus.allCases {
      for second in PortStatus.allCases {
        let both = [first, second]
        let expected: PortStatus = both.contains(.active) ? .active : both.contains(.build) ? .build : .down
        #expect(PortStatus.aggregate(both) == expected)
      }
    }
    #expect(PortStatus.aggregate([]) == .down)
  }

  @Test("only a compute port with a UUID for a device has an instance to tell")
  func computePort() {
    let id = "62607374-b05b-42af-a113-7a7d80b79bfc"
    #expect(ComputePort.instanceID(deviceID: id, deviceOwner: "compute:nova") == UUID(id))
    #expect(ComputePort.instanceID(deviceID: id, deviceOwner: "compute:") == UUID(id))
    #expect(ComputePort.instanceID(deviceID: id, deviceOwner: "network:dhcp") == nil)
    #expect(ComputePort.instanceID(deviceID: id, deviceOwner: "") == nil)
    #expect(ComputePort.instanceID(deviceID: "dhcp-\(id)", deviceOwner: "compute:nova") == nil)
    #expect(ComputePort.instanceID(deviceID: "", deviceOwner: "compute:nova") == nil)
  }
}
