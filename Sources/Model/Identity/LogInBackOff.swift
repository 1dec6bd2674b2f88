/// How long somebody who guesses passwords has to wait, as a rule without a clock.
///
/// The first failures are free, since people mistype. From then on each one doubles the wait. A wait costs the one who
/// guesses time and the server nothing: no hash is computed while it lasts.
package struct LogInBackOff: Hashable, Sendable {
  /// How many failures cost nothing.
  package var freeFailures: Int
  package var firstWait: Duration
  package var longestWait: Duration
  /// After so long without a failure everything is forgotten.
  package var memory: Duration

  package init(freeFailures: Int, firstWait: Duration, longestWait: Duration, memory: Duration) {
    self.freeFailures = freeFailures
    self.firstWait = firstWait
    self.longestWait = longestWait
    self.memory = memory
  }

  /// One user, from one address.
  package static let perUserAndAddress = LogInBackOff(
    freeFailures: 5, firstWait: .seconds(1), longestWait: .seconds(300), memory: .seconds(900))
  /// Many users from one address; behind a proxy that is everybody, so it never waits long.
  package static let perAddress = LogInBackOff(
    freeFailures: 100, firstWait: .seconds(1), longestWait: .seconds(30), memory: .seconds(300))
  /// One user from many addresses. The true user waits too, so it never waits long.
  package static let perUser = LogInBackOff(
    freeFailures: 50, firstWait: .seconds(1), longestWait: .seconds(30), memory: .seconds(900))

  /// How long nobody may try again after so many failures in a row.
  package func wait(after failures: Int) -> Duration {
    guard failures > freeFailures else { return .zero }
    let doublings = min(failures - freeFailures - 1, 20)
    return min(firstWait * (1 << doublings), longestWait)
  }
}
