/// Runs a service for as long as `body` runs, and ends it then. Whichever of the two throws first ends the other.
///
/// - Parameter body: Must wait itself until the service listens.
package func serving(
  _ service: @Sendable @escaping () async throws -> Void, _ body: @Sendable @escaping () async throws -> Void
) async throws {
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await service() }
    group.addTask { try await body() }
    try await group.next()
    group.cancelAll()
  }
}
