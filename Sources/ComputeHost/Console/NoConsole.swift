internal import HostRPC
package import Model

/// A host that shows no screens, since no proxy is set up.
package struct NoConsole: GuestConsole {
  package init() {}

  package func url(for instanceID: UUID) async throws -> String {
    throw AnswerCall.Arguments.Failure(code: 400, message: "Unavailable console type novnc.")
  }
}
