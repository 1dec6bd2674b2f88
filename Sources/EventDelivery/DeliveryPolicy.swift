/// How patient the delivery of events is.
package struct DeliveryPolicy: Hashable, Sendable {
  /// How long to wait after a request before the next; upstream's `send_events_interval`, whose default is 2 s.
  package var sendEventsInterval = Duration.zero
  /// The most events in one request.
  package var batchLimit = 100
  /// How long one request may take.
  package var requestDeadline = Duration.seconds(10)
  /// How long an event that is refused (404, 422) is tried again: the instance may not be known or placed yet.
  package var refusedLifetime = Duration.seconds(60)
  /// The pauses between attempts of an event that is refused.
  package var refusedBackOff = BackOff(first: .milliseconds(200), longest: .seconds(10))
  /// The pauses while the Compute service does not answer, or cannot say.
  package var unansweredBackOff = BackOff(first: .milliseconds(100), longest: .seconds(5))
  /// After so many answers of 5xx in a row the events are sent one by one, so that one that the Compute service cannot
  /// bear does not hold up the others.
  package var failuresBeforeSingles = 3

  /// How long `event_deliveries` remembers what became of an event; what is older goes when the service starts.
  package var deliveriesLifetime = Duration.seconds(30 * 86_400)

  package init() {}
}

/// Pauses that double from `first` to `longest`, each a quarter shorter or longer by chance, so that many clients do
/// not come back at the same moment.
package struct BackOff: Hashable, Sendable {
  package var first: Duration
  package var longest: Duration

  package init(first: Duration, longest: Duration) {
    self.first = first
    self.longest = longest
  }

  /// - Parameters:
  ///   - failures: how many attempts have failed, at least 1.
  ///   - chance: from 0 up to 1.
  package func pause(after failures: Int, chance: Double) -> Duration {
    // Past 2^20 every first pause has reached the longest, and the shift stays harmless.
    let doubled = first * (1 << min(max(failures - 1, 0), 20))
    return min(doubled, longest) * (0.75 + 0.5 * chance)
  }
}
