import IdentityService
import JSON
import Model
import NIOHTTP1
import Synchronization
import Testing

@Suite("Guessing passwords")
struct LogInGuardTests {
  /// A clock that stands still until it is told.
  private final class Time: Sendable {
    private let now = Mutex(ContinuousClock.now)
    var instant: ContinuousClock.Instant { now.withLock { $0 } }
    func pass(_ duration: Duration) { now.withLock { $0 += duration } }
  }

  @Test("the wait doubles with each failure after the free ones, up to a limit")
  func waits() {
    let rule = LogInBackOff(freeFailures: 2, firstWait: .seconds(1), longestWait: .seconds(10), memory: .seconds(60))
    #expect((0...8).map(rule.wait) == [0, 0, 0, 1, 2, 4, 8, 10, 10].map { .seconds($0) })
    #expect(rule.wait(after: .max) == .seconds(10))
  }

  @Test("who fails often waits, while others at the same address do not")
  func oneUser() {
    let time = Time()
    let guardian = LogInGuard(clock: { time.instant })
    for _ in 0..<6 {
      #expect(guardian.admits("a", from: "192.0.2.1"))
      guardian.failed("a", from: "192.0.2.1")
    }
    #expect(!guardian.admits("a", from: "192.0.2.1"))
    #expect(guardian.admits("b", from: "192.0.2.1"))
    #expect(guardian.admits("a", from: "192.0.2.2"))
    time.pass(.seconds(1))
    // Of several that come at once when the wait is over, one is let through.
    #expect(guardian.admits("a", from: "192.0.2.1"))
    #expect(!guardian.admits("a", from: "192.0.2.1"))
    guardian.succeeded("a", from: "192.0.2.1")
    #expect(guardian.admits("a", from: "192.0.2.1"))
  }

  @Test("failures are forgotten after a while")
  func memory() {
    let time = Time()
    let guardian = LogInGuard(clock: { time.instant })
    for _ in 0..<20 { guardian.failed("a", from: "192.0.2.1") }
    #expect(!guardian.admits("a", from: "192.0.2.1"))
    time.pass(.seconds(3600))
    for _ in 0..<5 {
      #expect(guardian.admits("a", from: "192.0.2.1"))
      guardian.failed("a", from: "192.0.2.1")
    }
    #expect(guardian.admits("a", from: "192.0.2.1"))
  }

  @Test("nobody keeps a user out who has logged in from its address before")
  func knownGood() {
    let time = Time()
    let guardian = LogInGuard(clock: { time.instant })
    guardian.succeeded("a", from: "192.0.2.1")
    // Somebody fails in the user's name from elsewhere, and as many users from the same address.
    for index in 0..<200 {
      guardian.failed("a", from: "198.51.100.\(index)")
      guardian.failed("user\(index)", from: "192.0.2.1")
    }
    #expect(guardian.admits("a", from: "192.0.2.1"))
    #expect(!guardian.admits("a", from: "192.0.2.77"))
    #expect(!guardian.admits("somebody", from: "192.0.2.1"))
  }

  @Test("all addresses of one IPv6 network are one")
  func networks() {
    let guardian = LogInGuard()
    for index in 1...20 { guardian.failed("a", from: "2001:db8::\(index)") }
    #expect(!guardian.admits("a", from: "2001:db8::ffff"))
    #expect(guardian.admits("a", from: "2001:db8:0:1::1"))
  }

  @Test("what is remembered is bounded, and the oldest goes first")
  func bounded() {
    let time = Time()
    let guardian = LogInGuard(capacity: 100, clock: { time.instant })
    for index in 0..<1000 {
      time.pass(.milliseconds(1))
      guardian.failed("user\(index)", from: "address\(index)")
    }
    #expect(guardian.count <= 100)
    let name = String(repeating: "x", count: 1 << 16)
    guardian.failed(name, from: "192.0.2.1")
    #expect(guardian.admits(name, from: "192.0.2.1"))
  }

  @Test("after too many failures the right password is refused as well, known user or not, until the wait is over")
  func overHTTP() async throws {
    let time = Time()
    try await RunningIdentity.run(guardian: LogInGuard(clock: { time.instant })) { identity in
      for name in ["plugboard", "nobody"] {
        for _ in 0..<6 { #expect(try await identity.logIn(name, "wrong").status == 401) }
        let refused = try await identity.logIn(name, identity.passwords.service)
        #expect(refused.status == 401)
        #expect(refused.json?["error"]?["message"] == "The request you have made requires authentication.")
      }
      time.pass(.seconds(2))
      #expect(try await identity.logIn("plugboard", identity.passwords.service).status == 201)
    }
  }
}
