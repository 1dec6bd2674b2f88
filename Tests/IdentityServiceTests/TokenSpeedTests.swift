import IdentityService
import JSON
import Model
import OpenStackHTTP
import Store
import Testing

@Suite("How long a token check takes")
struct TokenSpeedTests {
  @Test("it is measured and printed, for a token that is known, one that is new, and one that is none")
  func speed() async throws {
    try await RunningIdentity.run { identity in
      let text = try #require(try await identity.logIn("admin", identity.passwords.admin).token)
      let signer = TokenSigner(key: RunningIdentity.key)
      let signed = try #require(signer.read(text))
      let rounds = 2000
      let fresh = (0..<rounds).map { index in
        let token = signed.token
        return signer.text(
          for: SignedToken(
            AuthToken(
              userID: token.userID, userName: token.userName, projectID: token.projectID,
              projectName: token.projectName, roles: token.roles, issuedAt: token.issuedAt,
              expiresAt: token.expiresAt, auditID: "audit\(index)"), methods: ["password"]))
      }
      #expect(identity.validator.check(text) != nil)
      let clock = ContinuousClock()
      let known = clock.measure { for _ in 0..<rounds { _ = identity.validator.check(text) } }
      let new = clock.measure { for text in fresh { _ = identity.validator.check(text) } }
      let none = clock.measure { for text in fresh { _ = identity.validator.check(text + "x") } }
      #expect(fresh.allSatisfy { identity.validator.check($0) != nil })
      let each = { (duration: Duration) in "\(duration / rounds)" }
      print("token check: known \(each(known)), new \(each(new)), none \(each(none)), \(text.utf8.count) bytes")
    }
  }
}
