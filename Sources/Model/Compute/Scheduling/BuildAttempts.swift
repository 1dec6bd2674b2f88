/// Where an instance was tried to be built.
package struct BuildAttempts: Hashable, Sendable {
  /// The hosts that have failed, without the one that has the instance now.
  package var triedHosts: [String]
  /// An administrator has named the host, and no other will do.
  package var isBoundToHost: Bool

  package init(triedHosts: [String], isBoundToHost: Bool) {
    (self.triedHosts, self.isBoundToHost) = (triedHosts, isBoundToHost)
  }
}

/// What becomes of an instance that a host could not build (`nova/scheduler/utils.py`, `populate_retry`).
package enum BuildRetry: Hashable, Sendable {
  /// Another host may try, none of these.
  case elsewhere(excluding: Set<String>)
  /// The failure stands, with this message before it if it has been tried elsewhere too.
  case giveUp(message: String?)

  /// - Parameter host: the host that has failed just now.
  package init(
    _ attempts: BuildAttempts, failedOn host: String, for reason: String, instanceID: UUID, maxAttempts: Int
  ) {
    guard !attempts.isBoundToHost, maxAttempts > 1 else {
      self = .giveUp(message: nil)
      return
    }
    let tried = attempts.triedHosts + [host]
    guard tried.count < maxAttempts else {
      self = .giveUp(
        message: "Exceeded maximum number of retries. Exceeded max scheduling attempts \(maxAttempts) for instance "
          + "\(instanceID). Last exception: \(reason)")
      return
    }
    self = .elsewhere(excluding: Set(tried))
  }

  /// What a user is told when no other host is left.
  package static func exhausted(_ instanceID: UUID) -> String {
    "Exceeded maximum number of retries. Exhausted all hosts available for retrying build failures for instance "
      + "\(instanceID)."
  }
}
