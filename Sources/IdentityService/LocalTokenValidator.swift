package import Model
import NIOConcurrencyHelpers
import OpenStackHTTP
package import Store

/// Checks tokens in the process that makes them: signature, expiry, revocation; what it has read once it remembers.
package final class LocalTokenValidator: TokenValidator {
  private struct State {
    /// Tokens whose signature is known to be right. Emptied when it is full.
    var known: [String: SignedToken] = [:]
    var revoked: Set<String>
    /// Per user, the time before which its tokens are void.
    var validFrom: [String: Timestamp]
  }

  private let signer: TokenSigner
  private let clock: @Sendable () -> Timestamp
  private let state: NIOLockedValueBox<State>
  private let capacity = 4096

  /// Reads what was revoked before the process started.
  package init(signer: TokenSigner, store: Store, clock: @escaping @Sendable () -> Timestamp) async throws {
    self.signer = signer
    self.clock = clock
    let now = clock()
    state = NIOLockedValueBox(
      try await store.read { snapshot in
        State(revoked: try snapshot.revokedTokens(at: now), validFrom: try snapshot.tokensValidFrom())
      })
  }

  package func validate(_ text: String) async throws -> AuthToken? { check(text)?.token }

  /// What the token stands for; `nil` if it is not ours, has expired or was revoked.
  func check(_ text: String) -> SignedToken? {
    let (known, revoked, validFrom) = state.withLockedValue { state -> (SignedToken?, Bool, Timestamp?) in
      guard let known = state.known[text] else { return (nil, false, nil) }
      return (known, state.revoked.contains(known.token.auditID), state.validFrom[known.token.userID])
    }
    guard let known else { return checkNew(text) }
    return isValid(known.token, revoked: revoked, validFrom: validFrom) ? known : nil
  }

  private func checkNew(_ text: String) -> SignedToken? {
    guard let signed = signer.read(text) else { return nil }
    let (revoked, validFrom) = state.withLockedValue { state in
      if state.known.count >= capacity { state.known.removeAll(keepingCapacity: true) }
      state.known[text] = signed
      return (state.revoked.contains(signed.token.auditID), state.validFrom[signed.token.userID])
    }
    return isValid(signed.token, revoked: revoked, validFrom: validFrom) ? signed : nil
  }

  /// A user that is not in the table has been deleted.
  private func isValid(_ token: AuthToken, revoked: Bool, validFrom: Timestamp?) -> Bool {
    guard let validFrom, !revoked else { return false }
    return token.expiresAt > clock() && token.issuedAt >= validFrom
  }

  /// The token is void from now on. The row that outlives the process is the caller's.
  func revoke(_ token: AuthToken) {
    state.withLockedValue { _ = $0.revoked.insert(token.auditID) }
  }

  /// The user's tokens are void if they were issued before `time`; `nil` for a user that was deleted.
  func setTokens(of userID: String, validFrom time: Timestamp?) {
    state.withLockedValue { $0.validFrom[userID] = time }
  }
}
