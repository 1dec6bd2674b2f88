import HostRPC
import Logging
import Model
import Store
import Synchronization

/// Which QoS policies have changed their rules, so that the hosts with ports that have them must be told. A request only
/// leaves a note here; ``NetworkHousekeeping`` does the rest.
final class QoSNotices: Sendable {
  /// So many policies are noted between two rounds; of more, the hosts learn when they compare.
  static let limit = 10_000
  /// What changes meanwhile is told of in one round.
  static let pause: Duration = .milliseconds(50)
  /// How many ports are looked up at once.
  static let page = 256

  private let pending = Mutex<Set<UUID>>([])
  /// Yields when there is something to tell of.
  let wakeUps: AsyncStream<Void>
  private let wakeUp: AsyncStream<Void>.Continuation

  init() {
    (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// The rules of the policy have changed, and this is committed.
  func announce(rulesOf policy: UUID) {
    pending.withLock { pending in
      if pending.count < Self.limit { pending.insert(policy) }
    }
    wakeUp.yield()
  }

  /// What has been noted since the last time.
  func take() -> Set<UUID> {
    pending.withLock { pending in
      defer { pending = [] }
      return pending
    }
  }
}

extension NetworkService {
  /// Tells hosts of the policies that change, until the task is cancelled.
  func tellHostsOfQoSPolicies() async {
    for await _ in qosNotices.wakeUps {
      do {
        for policy in qosNotices.take() { try await tellHosts(ofQoSPolicy: policy) }
        try await Task.sleep(for: QoSNotices.pause)
      } catch is CancellationError {
        return
      } catch {
        // The agents compare when they come back, and ask anew after each change of a port.
        logger.error("hosts were not told of a changed QoS policy", metadata: ["error.reason": "\(error)"])
      }
    }
  }

  /// A `port_update` for each port that has the policy, to its hosts: what the rules come to for it, the agent asks.
  private func tellHosts(ofQoSPolicy id: UUID) async throws {
    for host in hosts.connectedHosts(binary: Agent.linuxBridgeBinary) {
      var last: UUID?
      while true {
        let ports = try await store.read { [last] snapshot in
          try snapshot.ports(withQoSPolicy: id, onHost: host, after: last, limit: QoSNotices.page)
        }
        for port in ports { try await castPortUpdate(port, to: [host]) }
        guard ports.count == QoSNotices.page else { break }
        last = ports.last
      }
    }
  }
}
