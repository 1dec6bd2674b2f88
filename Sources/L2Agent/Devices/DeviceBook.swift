package import HostRPC

/// What the agent still owes to each device, and when it is due. Pure: who asks brings the time.
///
/// ```
///              found, hinted                    answered and done
///   (nothing) --------------> to be looked at ------------------> settled
///                                ^       | failed
///                                +-------+ due again after a pause that doubles
///   gone: to be reported down, likewise again and again until the server has taken it
/// ```
package struct DeviceBook<Instant: InstantProtocol> where Instant.Duration == Duration {
  private struct Debt {
    var due: Instant
    var failures = 0
    /// How often in a row the server knew nothing of the device.
    var looks = 0
  }

  private let retryPause: Duration
  private let longestRetryPause: Duration
  private let unknownPause: Duration
  private let longestUnknownPause: Duration
  /// The taps of the last look.
  package private(set) var current: [String: Int32] = [:]
  /// When each of them was first seen.
  package private(set) var found: [String: Instant] = [:]
  /// What the server last said of the devices that are on their networks now.
  package private(set) var wired: [String: DeviceDetails] = [:]
  private var unseen: [String: Debt] = [:]
  private var departed: [String: Debt] = [:]

  package init(
    retryPause: Duration, longestRetryPause: Duration, unknownPause: Duration = .seconds(5),
    longestUnknownPause: Duration = .seconds(300)
  ) {
    self.retryPause = retryPause
    self.longestRetryPause = longestRetryPause
    self.unknownPause = unknownPause
    self.longestUnknownPause = longestUnknownPause
  }

  /// Takes down what a look found. What was owed to a device that changed is owed anew, without a pause.
  package mutating func take(_ scan: DeviceScan, now: Instant) {
    current = scan.current
    for device in scan.removed {
      unseen[device] = nil
      wired[device] = nil
      departed[device] = Debt(due: now)
      found[device] = nil
    }
    for device in scan.added where found[device] == nil { found[device] = now }
    for device in scan.added.union(scan.updated) { unseen[device] = Debt(due: now) }
  }

  /// Everything that failed is due at once: the server is there again.
  package mutating func forgetPauses(now: Instant) {
    for (device, debt) in unseen where debt.failures > 0 { unseen[device]?.due = now }
    for device in departed.keys { departed[device]?.due = now }
  }

  /// The devices whose details are to be asked for now, those that waited longest first.
  package func dueDevices(now: Instant) -> [String] { Self.due(present, now) }

  /// The devices that are to be reported down now.
  package func dueDepartures(now: Instant) -> [String] { Self.due(departed, now) }

  private static func due(_ debts: [String: Debt], _ now: Instant) -> [String] {
    debts.filter { $0.value.due <= now }.sorted { ($0.value.due, $0.key) < ($1.value.due, $1.key) }.map(\.key)
  }

  /// When the next debt is due; `nil` if nothing is owed.
  package var nextDue: Instant? { (present.values.map(\.due) + departed.values.map(\.due)).min() }

  /// What is owed to devices of which the server knows that nothing else of their name is up. A device that was made again
  /// waits until its predecessor is reported down, for the reports must come in this order.
  private var present: [String: Debt] { departed.isEmpty ? unseen : unseen.filter { departed[$0.key] == nil } }

  /// The device is on its network, and the server knows.
  package mutating func isWired(_ details: DeviceDetails) {
    unseen[details.device] = nil
    wired[details.device] = details
  }

  /// The device is no port's of this host. It is left alone, and asked for again after a pause that grows each time.
  package mutating func isUnknown(_ device: String, now: Instant) {
    wired[device] = nil
    let looks = unseen[device]?.looks ?? 0
    let pause = min(unknownPause * (1 << min(looks, 20)), longestUnknownPause)
    unseen[device] = current[device] == nil ? nil : Debt(due: now.advanced(by: pause), looks: looks + 1)
  }

  /// The server knows that the device is down. If that was for a failure, it is still to be tried again.
  package mutating func isTakenDown(_ device: String) {
    wired[device] = nil
    if unseen[device]?.failures == 0 { unseen[device] = nil }
  }

  package mutating func isReportedDown(_ device: String) {
    departed[device] = nil
  }

  /// Something about this device did not work; no other device is touched. Returns how often it has failed in a row.
  package mutating func failed(_ device: String, now: Instant) -> Int {
    fail(&unseen[device], now)
  }

  package mutating func failedDeparture(_ device: String, now: Instant) -> Int {
    fail(&departed[device], now)
  }

  private func fail(_ debt: inout Debt?, _ now: Instant) -> Int {
    guard let failures = debt.map({ $0.failures + 1 }) else { return 0 }
    let pause = min(retryPause * (1 << min(failures - 1, 20)), longestRetryPause)
    debt = Debt(due: now.advanced(by: pause), failures: failures)
    return failures
  }
}
