import HostRPC
import Logging
import Model
import Store
import Synchronization

/// Which security groups the hosts have to be told of. A request only leaves a note here, whatever it costs to find out
/// whom it concerns; ``NetworkHousekeeping`` does the rest, at most once every ``pause`` however much changes.
final class SecurityGroupNotices: Sendable {
  struct Pending: Sendable {
    /// Groups whose rules have changed.
    var rules: Set<UUID> = []
    /// Groups whose ports have changed.
    var members: Set<UUID> = []
  }

  /// So many groups are noted between two rounds; of more, the hosts learn when they compare.
  static let limit = 10_000
  /// What changes meanwhile is told of in one message.
  static let pause: Duration = .milliseconds(50)

  private let pending = Mutex(Pending())
  /// Yields when there is something to tell of.
  let wakeUps: AsyncStream<Void>
  private let wakeUp: AsyncStream<Void>.Continuation

  init() {
    (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// The rules of these groups have changed, and this is committed.
  func announce(rulesOf groups: [UUID]) {
    pending.withLock { pending in
      for group in groups where pending.rules.count < Self.limit { pending.rules.insert(group) }
    }
    wakeUp.yield()
  }

  /// Ports with these groups have come, gone or changed their addresses, and this is committed.
  func announce(membersOf groups: [UUID]) {
    pending.withLock { pending in
      for group in groups where pending.members.count < Self.limit { pending.members.insert(group) }
    }
    wakeUp.yield()
  }

  /// What has been noted since the last time.
  func take() -> Pending {
    pending.withLock { pending in
      defer { pending = Pending() }
      return pending
    }
  }
}

extension NetworkService {
  /// Tells hosts of the groups that change, until the task is cancelled.
  func tellHostsOfSecurityGroups() async {
    for await _ in securityGroupNotices.wakeUps {
      do {
        try await tell(securityGroupNotices.take())
        try await Task.sleep(for: SecurityGroupNotices.pause)
      } catch is CancellationError {
        return
      } catch {
        // The agents compare from time to time, so nothing is lost but time.
        logger.error("hosts were not told of changed security groups", metadata: ["error.reason": "\(error)"])
      }
    }
  }

  /// Only the hosts concerned are told: those with a port in a group whose rules have changed, and those with a port in a
  /// group that refers to one whose members have changed.
  private func tell(_ pending: SecurityGroupNotices.Pending) async throws {
    let binary = Agent.linuxBridgeBinary
    let connected = hosts.connectedHosts(binary: binary)
    guard !connected.isEmpty else { return }
    for host in connected {
      let (rules, members) = try await store.read { snapshot in
        (
          try snapshot.securityGroups(Array(pending.rules), onHost: host),
          try snapshot.securityGroups(Array(pending.members), referredToOnHost: host)
        )
      }
      if !rules.isEmpty {
        hosts.cast(SecurityGroupsRuleUpdated.self, SecurityGroupsHint(rules), to: .host(host, binary: binary))
      }
      if !members.isEmpty {
        hosts.cast(SecurityGroupsMemberUpdated.self, SecurityGroupsHint(members), to: .host(host, binary: binary))
      }
    }
  }
}

extension SecurityGroupsHint {
  fileprivate init(_ ids: [UUID]) {
    self.init(securityGroups: ids.map(\.description))
  }
}

extension SecurityGroupNotices {
  /// Notes what a port's change means to others: who refers to its groups has to know its addresses. DHCP's ports are
  /// known to nobody as members (`notify_security_groups_member_updated_bulk` of `neutron/db/securitygroups_rpc_base.py`).
  ///
  /// - Parameters:
  ///   - before: `nil` for a new port.
  ///   - after: `nil` for a deleted one.
  func announce(portBefore before: Port?, after: Port?) {
    if let before, let after, before.isSameMember(as: after) { return }
    let groups = [before, after].compactMap { $0 }.filter { $0.deviceOwner != "network:dhcp" }
      .flatMap(\.securityGroupIDs)
    if !groups.isEmpty { announce(membersOf: groups) }
  }
}

extension Port {
  fileprivate func isSameMember(as other: Port) -> Bool {
    fixedIPs == other.fixedIPs && securityGroupIDs == other.securityGroupIDs && macAddress == other.macAddress
      && allowedAddressPairs == other.allowedAddressPairs
  }
}
