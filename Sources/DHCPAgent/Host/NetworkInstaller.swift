internal import HostRPC
internal import Model
internal import Netlink

/// Puts a network's plan into effect on this host, and takes it away again.
struct NetworkInstaller: Sendable {
  let configuration: DHCPAgentConfiguration
  let host: DHCPHost
  /// So many leases are released at a time; the rest follow with the next comparison.
  private static let releaseLimit = 256

  /// The networks that something may be left of on this host.
  var installed: [UUID] { NetworkFolder.networks(in: configuration.dhcpConfs) }

  /// Brings this host to the plan. When it returns, dnsmasq answers for every port.
  ///
  /// - Parameter isFirst: Whether it is not known that a dnsmasq which runs has read the files as they are: another run of
  ///   the agent may have ended between writing and telling.
  /// - Returns: The process to be watched.
  func install(_ plan: NetworkPlan, isFirst: Bool) async throws -> NamespaceProcess {
    let folder = NetworkFolder(plan.networkID, in: configuration.dhcpConfs)
    try folder.make()
    let namespace = try await NamespaceKeeper(host: host, folder: configuration.namespaces).install(plan)
    let reserved = reservations(ofHostsFile: folder.text(of: FileName.hosts))
    var hasChanged = isFirst
    for (name, text) in plan.files where try folder.write(text, to: name) { hasChanged = true }
    if let logs = configuration.dnsmasq.logFolder { try NetworkFolder(plan.networkID, in: logs).make() }
    // Where the way to its files is closed to others, dnsmasq cannot become one of them.
    let user = folder.isReachableByAll ? nil : "root"
    let dnsmasq = DnsmasqKeeper(folder: folder, runner: host.runner)
    let (process, isNew) = try await dnsmasq.ensure(
      plan.served.command(folder: folder.path, user: user), in: namespace, hasChanged: hasChanged,
      leases: { plan.served.initialLeases(LeasesFile(folder.text(of: FileName.leases))) })
    if !isNew {
      try releaseLeases(of: plan.served, LeasesFile(folder.text(of: FileName.leases)), reserved, in: namespace)
    }
    return process
  }

  /// Takes everything of the network away but its folder; see ``forget(_:)``.
  func remove(_ networkID: UUID) async throws {
    let folder = NetworkFolder(networkID, in: configuration.dhcpConfs)
    try await DnsmasqKeeper(folder: folder, runner: host.runner).end()
    try await NamespaceKeeper(host: host, folder: configuration.namespaces).remove(networkID)
  }

  /// Takes the folder away, when nothing else is left to be done.
  func forget(_ networkID: UUID) throws {
    try NetworkFolder(networkID, in: configuration.dhcpConfs).remove()
  }

  private func releaseLeases(
    of served: ServedNetwork, _ known: LeasesFile, _ reserved: [IPAddress: MACAddress],
    in namespace: NetworkNamespace
  ) throws {
    for lease in served.staleLeases(known, reserved: reserved).prefix(Self.releaseLimit) {
      let subnet = served.servedSubnets.first { $0.cidr.contains(lease.address) }
      guard
        let message = ReleaseMessage(lease, server: subnet.flatMap(served.ownAddress), serverID: known.serverID)
      else { continue }
      try namespace.send(message.bytes, to: message.destination.octets, port: message.port, by: served.interface)
    }
  }
}
