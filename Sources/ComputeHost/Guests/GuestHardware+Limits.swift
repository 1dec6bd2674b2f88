/// How a guest sees its processors. Some systems are licensed for sockets.
package struct Topology: Hashable, Sendable {
  package var sockets: Int
  package var cores: Int
  package var threads: Int

  /// `hw:cpu_sockets`, `hw:cpu_cores`, `hw:cpu_threads`. They are wishes: `nil` if there are none, or if they do not
  /// come out at the number of processors. What is not asked for is made of the rest, sockets first.
  init?(_ specs: HardwareSpecs, vcpus: Int) throws(HardwareError) {
    let sockets = try specs.number("cpu_sockets", minimum: 1)
    let cores = try specs.number("cpu_cores", minimum: 1)
    let threads = try specs.number("cpu_threads", minimum: 1)
    guard sockets != nil || cores != nil || threads != nil else { return nil }
    self.threads = threads ?? 1
    // The numbers may be as large as they like, and must not overflow.
    guard self.threads <= vcpus, sockets ?? 1 <= vcpus, cores ?? 1 <= vcpus else { return nil }
    self.cores = cores ?? sockets.map { max(1, vcpus / $0 / (threads ?? 1)) } ?? 1
    self.sockets = sockets ?? max(1, vcpus / self.cores / self.threads)
    let (pairs, isTooLarge) = self.sockets.multipliedReportingOverflow(by: self.cores)
    guard !isTooLarge, pairs <= vcpus, pairs * self.threads == vcpus else { return nil }
  }
}

/// A guest's share of the host's processors, which the host's kernel enforces by cgroups.
package struct ProcessorLimits: Hashable, Sendable {
  /// `quota:cpu_shares`, relative to other guests.
  package var shares: Int?
  /// `quota:cpu_period` and `quota:cpu_quota`, in microseconds: how much of each period a processor may run.
  package var period: Int?
  package var quota: Int?

  package init() {}

  init(_ specs: HardwareSpecs) throws(HardwareError) {
    shares = try specs.number(flavor: "quota:cpu_shares")
    period = try specs.number(flavor: "quota:cpu_period")
    // -1 is no limit.
    quota = try specs.number(flavor: "quota:cpu_quota", minimum: -1)
  }
}

/// A limit of each of a guest's disks, which QEMU enforces.
package struct DiskLimit: Hashable, Sendable {
  /// libvirt's element, which is what stands behind `quota:disk_` as well.
  package var name: String
  /// Bytes, or operations, a second.
  package var value: Int

  static func all(_ specs: HardwareSpecs) throws(HardwareError) -> [DiskLimit] {
    var limits: [DiskLimit] = []
    for name in names {
      if let value = try specs.number(flavor: "quota:disk_\(name)") {
        limits.append(DiskLimit(name: name, value: value))
      }
    }
    return limits
  }

  private static let names = ["read", "write", "total"].flatMap { ["\($0)_bytes_sec", "\($0)_iops_sec"] }
}

/// What happens to a guest that its watchdog device has not heard of for a while.
package enum WatchdogAction: String, CaseIterable, Sendable {
  case none
  case pause
  case poweroff
  case reset

  /// `hw_watchdog_action` of the image, which here comes before the flavor's `hw:watchdog_action`; `nil` is no watchdog.
  init?(_ specs: HardwareSpecs) throws(HardwareError) {
    let asked = specs.image["hw_watchdog_action"] ?? specs.flavor["hw:watchdog_action"]
    guard let asked, asked != "disabled" else { return nil }
    guard let action = WatchdogAction(rawValue: asked) else { throw specs.invalid("hw_watchdog_action", asked) }
    self = action
  }
}

/// A device that gives the guest randomness of the host's. Every guest has one unless its flavor forbids it.
package struct RandomSource: Hashable, Sendable {
  /// At most this many bytes in each period of so many milliseconds; `nil` is no limit.
  package var rateBytes: Int?
  package var ratePeriod: Int?

  package init() {}

  init?(_ specs: HardwareSpecs) throws(HardwareError) {
    guard try specs.flag(flavor: "hw_rng:allowed") ?? true else { return nil }
    let bytes = try specs.number(flavor: "hw_rng:rate_bytes") ?? 0
    guard bytes > 0 else { return }
    rateBytes = bytes
    ratePeriod = try specs.number(flavor: "hw_rng:rate_period", minimum: 1)
  }
}
