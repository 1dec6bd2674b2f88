import Model
import Store

/// What answers show of hosts.
struct HostFacts: Sendable {
  var zones: HostZones
  /// `UP`, `DOWN`, `UNKNOWN` or `MAINTENANCE`, as `nova/objects/fields.py` has them.
  var statuses: [String: String] = [:]
}

/// Which availability zone a host is in.
struct HostZones: Sendable {
  var named: [String: String]
  /// The zone of all hosts that are in none by name (`default_availability_zone`).
  var fallback: String

  subscript(host: String) -> String { named[host] ?? fallback }
}

extension HostFacts {
  /// - Parameter showsStatuses: whether statuses are shown to whoever asks; they take a look at all hosts.
  init(_ snapshot: Snapshot, options: ComputeOptions, showsStatuses: Bool) throws {
    zones = HostZones(named: try snapshot.zonesOfHosts(), fallback: options.availabilityZone)
    guard showsStatuses else { return }
    let now = options.now()
    for node in try snapshot.computeNodes() {
      if !node.isEnabled {
        statuses[node.host] = "MAINTENANCE"
      } else if node.isUp(at: now, downTime: options.scheduling.serviceDownTime) {
        statuses[node.host] = "UP"
      } else {
        // Who is silent may be well; who was declared dead is not.
        statuses[node.host] = node.isForcedDown ? "DOWN" : "UNKNOWN"
      }
    }
  }
}
