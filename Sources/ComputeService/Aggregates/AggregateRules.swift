import JSON
import Model
import OpenStackHTTP
import Store

/// What keeps every host in one zone, and every instance in the zone where its user knows it to be
/// (`AggregateAPI` of `nova/compute/api.py`).
struct AggregateRules: Sendable {
  let aggregate: Aggregate
  /// All others.
  let others: [Aggregate]
  /// How many instances each host has.
  let instances: [String: Int]

  init(_ aggregate: Aggregate, others: [Aggregate], instances: [String: Int]) {
    (self.aggregate, self.others, self.instances) = (aggregate, others, instances)
  }

  init(_ aggregate: Aggregate, in snapshot: Snapshot) throws {
    let counts = try snapshot.computeNodes().map { ($0.host, $0.used.instances) }
    self.init(
      aggregate, others: try snapshot.aggregates().filter { $0.number != aggregate.number },
      instances: Dictionary(uniqueKeysWithValues: counts))
  }

  /// - Parameters:
  ///   - zone: the aggregate's zone from now on.
  ///   - refusal: upstream's beginning of the message.
  /// - Throws: `APIError` 400 if a host of it is in another zone, or has instances.
  func checkZone(_ zone: String?, refusal: String) throws(APIError) {
    func refuse(_ reason: String) -> APIError {
      .badRequest("\(refusal) \(aggregate.number). Reason: \(reason).")
    }
    guard let zone, !zone.isEmpty else {
      throw refuse("Aggregate \(aggregate.name) does not support empty named availability zone")
    }
    let conflicts = conflicts(with: zone, hosts: aggregate.hosts)
    guard conflicts.isEmpty else { throw refuse(Self.inOtherZones(conflicts)) }
    guard zone == aggregate.availabilityZone || aggregate.hosts.allSatisfy({ instances[$0] ?? 0 == 0 }) else {
      throw refuse("One or more hosts contain instances in this zone")
    }
  }

  /// - Throws: `APIError` 409 if the host is in another zone, or its instances would change theirs.
  func checkAdding(_ host: String) throws(APIError) {
    guard let zone = aggregate.availabilityZone else { return }
    let refusal = "Cannot add host to aggregate \(aggregate.number). Reason: "
    let conflicts = conflicts(with: zone, hosts: [host])
    guard conflicts.isEmpty else { throw .conflict("\(refusal)\(Self.inOtherZones(conflicts)).") }
    let old = zoneElsewhere(of: host)
    guard old == zone || instances[host] ?? 0 == 0 else {
      throw .conflict("\(refusal)\(moved("added to", host, from: old, to: zone)).")
    }
  }

  /// - Throws: `APIError` 409 if the host's instances would change their zone.
  func checkRemoving(_ host: String) throws(APIError) {
    guard let zone = aggregate.availabilityZone, instances[host] ?? 0 > 0 else { return }
    let new = zoneElsewhere(of: host)
    guard new == zone else {
      let reason = moved("removed from", host, from: zone, to: new)
      throw .conflict("Cannot remove host from aggregate \(aggregate.number). Reason: \(reason).")
    }
  }

  private func conflicts(with zone: String, hosts: [String]) -> [String] {
    others.filter { !Set($0.hosts).isDisjoint(with: hosts) }.compactMap(\.availabilityZone).filter { $0 != zone }
  }

  private func zoneElsewhere(of host: String) -> String? {
    others.lazy.filter { $0.hosts.contains(host) }.compactMap(\.availabilityZone).first
  }

  private static func inOtherZones(_ zones: [String]) -> String {
    "One or more hosts already in availability zone(s) \(JSONValue(zones).pythonText)"
  }

  private func moved(_ verb: String, _ host: String, from old: String?, to new: String?) -> String {
    "The host cannot be \(verb) the aggregate as the availability zone of the host would change from "
      + "'\(old ?? "None")' to '\(new ?? "None")' but the host already has \(instances[host] ?? 0) instance(s). "
      + "Changing the AZ of an existing instance is not supported by this action. Move the instances away from this "
      + "host then try again. If you need to move the instances between AZs then you can use shelve_offload and "
      + "unshelve to achieve this."
  }
}
