import Logging
import Model
import ServiceLifecycle
import Store

/// What the Networking service does without being asked: it tries failed bindings again, keeps the ports' history
/// within its bounds, gives the networks of dead DHCP agents to others, and tells hosts of security groups, QoS
/// policies and networks that have changed, and of where ports are.
package struct NetworkHousekeeping: Service {
  private let service: NetworkService

  package init(_ service: NetworkService) {
    self.service = service
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      async let notices: Void = service.tellHostsOfSecurityGroups()
      async let dhcpNotices: Void = service.tellDHCPAgents()
      async let qosNotices: Void = service.tellHostsOfQoSPolicies()
      async let population: Void = service.populateAgents()
      await keepHouse()
      await notices
      await population
      await qosNotices
      await dhcpNotices
    }
  }

  private func keepHouse() async {
    // The sleep throws only when it is time to end.
    while (try? await Task.sleep(for: service.configuration.rebindInterval)) != nil {
      do {
        try await service.rebindPorts()
        try await service.replaceDeadDHCPAgents()
        try await service.forgetOldTransitions()
      } catch {
        service.logger.error("housekeeping failed and will be tried again", metadata: ["error.reason": "\(error)"])
      }
    }
  }
}

extension NetworkService {
  /// Deletes what `port_transition_retention` and `port_transition_limit` do not keep, a few rows a transaction.
  func forgetOldTransitions() async throws {
    let (batch, configuration) = (500, configuration)
    var deleted: Int
    repeat {
      deleted = try await store.write { transaction in
        try transaction.deletePortTransitions(
          before: transaction.now - configuration.portTransitionRetention,
          keeping: configuration.portTransitionLimit, batch: batch)
      }
    } while deleted == batch
  }
}
