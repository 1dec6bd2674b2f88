package import HostRPC
import JSON
package import Logging
import Model
import NFTables
import Netlink

/// Keeps the kernel's rules as the server's security groups say. Whoever puts a device on its network calls ``prepare``
/// before, and waits for it.
///
/// It knows what is in the kernel: at the first call it reads it, so that an agent that starts again changes the
/// difference only. Each verb is one transaction, and leaves everything as it was if the kernel refuses it.
package actor Firewall {
  private let configuration: AgentConfiguration
  private let kernel: FirewallKernel
  private let logger: Logger

  private var input = FirewallInput()
  private var limits: [String: DeviceDetails] = [:]
  /// What is in the kernel; `nil` before it was read, and when that is in doubt.
  private var current: Ruleset?
  /// Whether the frame is to be made when the first rule is.
  private var isFrameOwed = false
  /// Whether less is allowed than when the connections were last looked through, and for which ports that have gone.
  private var isCutOwed = false
  private var departed: [FirewallPort] = []

  package init(_ configuration: AgentConfiguration, kernel: FirewallKernel, logger: Logger) {
    self.configuration = configuration
    self.kernel = kernel
    self.logger = logger
  }

  /// Whether the device has rules in the kernel, perhaps of an agent that ran before.
  package func filters(_ device: String) async throws -> Bool {
    try await known().ports[device] != nil
  }

  private func filters(_ details: DeviceDetails) -> Bool { configuration.enableSecurityGroup && details.isFiltered }

  /// Brings the rules of these devices to what the server says, in one transaction.
  ///
  /// - Parameters:
  ///   - information: The server's answer about those of the devices for which ``DeviceDetails/isFiltered`` holds.
  /// - Returns: Why a device must not be put on its network, for each of which that is so. Those have the rules they had.
  package func prepare(
    _ devices: [DeviceDetails], _ information: SecurityGroupInfoForDevices.Result
  ) async -> [String: any Error] {
    var failures: [String: any Error] = [:]
    do {
      if devices.contains(where: filters) { try kernel.ensureBridgeNetfilter(logger: logger) }
      var next = input
      var nextLimits = limits
      next.take(information)
      let ports = FirewallInput.ports(in: information)
      for details in devices {
        next.ports[details.device] = nil
        nextLimits[details.device] = details.bandwidth.egress == nil ? nil : details
        guard filters(details) else { continue }
        let bridge = configuration.bridge(of: details)
        if let port = ports[details.device].flatMap({ FirewallPort($0, bridge: bridge) }) {
          next.ports[details.device] = port
        } else {
          failures[details.device] = FirewallError(
            .unknownRules, "The server did not say which rules hold for \(details.device).")
          next.ports[details.device] = input.ports[details.device]
        }
      }
      let prepared = Set(devices.map(\.device)).subtracting(failures.keys)
      try await commit(next, nextLimits, touched: prepared)
    } catch {
      return await prepareEach(devices, information, after: error)
    }
    return failures
  }

  /// One device must not keep the others of its batch from being filtered.
  private func prepareEach(
    _ devices: [DeviceDetails], _ information: SecurityGroupInfoForDevices.Result, after error: any Error
  ) async -> [String: any Error] {
    guard devices.count > 1, error is NFTablesError else {
      return Dictionary(devices.map { ($0.device, error) }) { first, _ in first }
    }
    var failures: [String: any Error] = [:]
    for details in devices { failures.merge(await prepare([details], information)) { first, _ in first } }
    return failures
  }

  /// Takes what the server says now of groups: their rules and their members.
  package func refresh(_ information: SecurityGroupInfoForDevices.Result) async throws {
    var next = input
    next.take(information)
    for (device, json) in FirewallInput.ports(in: information) {
      guard let bridge = next.ports[device]?.bridge, let port = FirewallPort(json, bridge: bridge) else { continue }
      next.ports[device] = port
    }
    try await commit(next, limits)
  }

  /// Takes away the rules of devices that are gone, or are not the agent's any more.
  package func remove(_ devices: Set<String>) async throws {
    let known = try await known()
    let devices = devices.filter { known.ports[$0] != nil || input.ports[$0] != nil }
    guard !devices.isEmpty else { return }
    var next = input
    for device in devices { next.ports[device] = nil }
    try await commit(next, limits.filter { !devices.contains($0.key) }, touched: devices)
  }

  /// Whether there are rules for devices besides these.
  package func isStale(beside devices: Set<String>) async throws -> Bool {
    try await !known().ports.keys.allSatisfy(devices.contains)
  }

  /// Takes away what an agent that ran before has left for devices that are gone since.
  package func keepOnly(_ devices: Set<String>) async throws {
    try await remove(Set(try await known().ports.keys).subtracting(devices))
  }

  /// Makes everything anew if somebody has taken the tables away, as `flush ruleset` of another firewall's start does.
  /// Returns whether that was so.
  package func mend() async throws -> Bool {
    guard current != nil, !(input.ports.isEmpty && limits.isEmpty) else { return false }
    if try kernel.hasTables() { return false }
    // What began meanwhile was judged by nobody.
    (current, isCutOwed) = (nil, true)
    try await commit(input, limits, touched: Set(input.ports.keys).union(limits.keys))
    return true
  }

  /// A few devices that have all these groups, or rules that refer to them, as far as any has: asked for them, the server
  /// tells everything about the groups that matters here.
  package func devices(concernedBy groups: Set<String>) -> [String] {
    // Of a group that a device has the server tells the rules, of one that its rules refer to the members.
    var (rules, members) = (groups, groups)
    var devices: [String] = []
    for (device, port) in input.ports.sorted(by: { $0.key < $1.key }) where !(rules.isEmpty && members.isEmpty) {
      let remote = Set(port.securityGroups.lazy.flatMap { self.input.groups[$0] ?? [] }.compactMap(\.remoteGroup))
      if rules.isDisjoint(with: port.securityGroups), members.isDisjoint(with: remote) { continue }
      rules.subtract(port.securityGroups)
      members.subtract(remote)
      devices.append(device)
    }
    return devices
  }
}

extension Firewall {
  private func known() async throws -> Ruleset {
    if let current { return current }
    let (ruleset, hasFrame) = try await kernel.listing()
    // Where nothing is to be filtered, nothing is asked of a kernel that may not be able to.
    isFrameOwed = !hasFrame && !configuration.enableSecurityGroup && ruleset == Ruleset()
    if !hasFrame, !isFrameOwed { try await kernel.nftables.run(RulesetFrame.commands) }
    current = ruleset
    return ruleset
  }

  /// Makes the kernel follow `next`. If it refuses, what it has is read again before the next try.
  private func commit(
    _ next: FirewallInput, _ nextLimits: [String: DeviceDetails], touched: Set<String> = []
  ) async throws {
    let old = try await known()
    var next = next
    next.dropUnused()
    let touched = touched.union(next.ports(differingFrom: input))
    let new = ruleset(old, next, nextLimits, touched: touched)
    let difference = RulesetDifference(from: old, to: new)
    if !difference.commands.isEmpty {
      do {
        try await kernel.nftables.run((isFrameOwed ? RulesetFrame.commands : "") + difference.commands)
        isFrameOwed = false
      } catch {
        current = nil
        throw error
      }
    }
    departed += input.ports.filter { next.ports[$0.key] == nil }.map(\.value)
    let isNew = touched.contains { input.ports[$0] == nil && next.ports[$0] != nil }
    (current, input, limits) = (new, next, nextLimits)
    isCutOwed = isCutOwed || difference.narrowed || isNew || !departed.isEmpty
    if isCutOwed { try await cutConnections(old.zones) }
  }

  private func ruleset(
    _ old: Ruleset, _ next: FirewallInput, _ limits: [String: DeviceDetails], touched: Set<String>
  ) -> Ruleset {
    let compiler = RuleCompiler(next)
    var new = old
    for device in touched {
      let limit = limits[device]
      compiler.compile(device, limit: limit?.bandwidth.egress, mtu: limit?.mtu ?? 1500, into: &new)
      if let bridge = next.ports[device]?.bridge { new.giveZone(to: bridge) }
    }
    let members = compiler.memberSets(whereEqualTo: input, reuse: old.members)
    new.members.merge(members) { $1 }
    // As long as there are devices that only the kernel knows, nobody knows what they use.
    if new.ports.keys.allSatisfy({ next.ports[$0] != nil || limits[$0] != nil }) {
      new.members = members
      let bridges = Set(next.ports.values.map(\.bridge))
      new.zones = new.zones.filter { bridges.contains($0.key) }
    }
    new.dropUnused(since: old, touched: touched)
    return new
  }

  /// Ends the connections that the rules would not let begin any more.
  private func cutConnections(_ oldZones: [String: UInt16]) async throws {
    let zones = oldZones.merging(current?.zones ?? [:]) { $1 }
    let connections = try await kernel.connections.connections(zones: Set(zones.values))
    var count = 0
    if !connections.isEmpty {
      let judge = ConnectionJudge(input, departed: departed, zones: zones)
      count = try await kernel.connections.delete(connections.filter { !judge.allows($0) })
    }
    (isCutOwed, departed) = (false, [])
    if count > 0 { logger.info("Cut connections that are not allowed any more", metadata: ["count": "\(count)"]) }
  }
}
