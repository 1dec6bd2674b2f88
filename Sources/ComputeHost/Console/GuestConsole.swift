package import Model

/// Where a user can look at a guest's screen.
package protocol GuestConsole: Sendable {
  /// An address with a token in it, good for a while.
  ///
  /// - Throws: ``HostRPC/AnswerCall/Arguments/Failure`` if the guest has no screen.
  func url(for instanceID: UUID) async throws -> String
}
