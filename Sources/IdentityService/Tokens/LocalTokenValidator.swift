package import Model
import NIOConcurrencyHelpers
import OpenStackHTTP
package import Store

/// Checks tokens in the process that makes them: signature, expiry, revocation; what it has read once it remembers. No
/// check reads the database.
package final class LocalTokenValidator: TokenValidator {
  private struct State {
    /// Tokens whose signature is known to be right. Emptied when it is full.
    var known: [String: SignedToken] = [:]
    var cutoffs: TokenCutoffs
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
    state = NIOLockedValueBox(State(cutoffs: try await store.read { try $0.tokenCutoffs(at: now) }))
  }

  package func validate(_ text: String) async throws -> AuthToken? { check(text)?.token }

  /// What the token stands for; `nil` if it is not ours, has expired or was revoked.
  package func check(_ text: String) -> SignedToken? {
    let (known, isVoid) = state.withLockedValue { state -> (SignedToken?, Bool) in
      guard let known = state.known[text] else { return (nil, false) }
      return (known, state.cutoffs.voids(known.token))
    }
    guard let known else { return checkNew(text) }
    return !isVoid && known.token.expiresAt > clock() ? known : nil
  }

  private func checkNew(_ text: String) -> SignedToken? {
    guard let signed = signer.read(text) else { return nil }
    let isVoid = state.withLockedValue { state in
      if state.known.count >= capacity { state.known.removeAll(keepingCapacity: true) }
      state.known[text] = signed
      return state.cutoffs.voids(signed.token)
    }
    return !isVoid && signed.token.expiresAt > clock() ? signed : nil
  }

  /// The token is void from now on. The row that outlives the process is the caller's.
  func revoke(_ token: AuthToken) {
    let now = clock()
    state.withLockedValue {
      $0.cutoffs.revoke(auditID: token.auditID, expiresAt: token.expiresAt)
      $0.cutoffs.prune(at: now)
    }
  }

  /// The tokens about these subjects that were issued until now are void. The rows that outlive the process are the
  /// caller's; it calls after they are committed, so that a log-in that read what was before is cut off as well.
  ///
  /// - Parameter lifetime: how long a token may live.
  func void(_ subjects: [TokenSubject], lifetime: Duration) {
    guard !subjects.isEmpty else { return }
    let now = clock()
    state.withLockedValue { state in
      for subject in subjects { state.cutoffs.cut(subject, issuedBefore: now, expiresAt: now + lifetime) }
      state.cutoffs.prune(at: now)
    }
  }
}
