/// Where a program that calls a service gets the token for it.
package protocol TokenSource: Sendable {
  /// A token that is valid for a while yet.
  func token() async throws -> String

  /// The service refused `token`: the next call of ``token()`` must not give it again.
  func invalidate(_ token: String) async
}
