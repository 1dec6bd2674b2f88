import Logging
import Model
import ServiceLifecycle
import Store

/// What the Networking service does without being asked: it tries failed bindings again, keeps the ports' history
/// within its bounds, and tells hosts of security groups that have changed.
package struct NetworkHousekeeping: Service {
  private let service: NetworkService

  package init(_ service: NetworkService) {
    self.service = service
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      async let notices: Void = service.tellHostsOfSecurityGroups()
      await keepHouse()
      await notices
    }
  }

  private func keepHouse() async {
    // The sleep throws only when it is time to end.
    while (try? await Task.sleep(for: service.configuration.rebindInterval)) != nil {
      do {
        try await service.rebindPorts()
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
