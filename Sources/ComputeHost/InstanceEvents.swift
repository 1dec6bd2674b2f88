package import Model
internal import Synchronization

/// Who on this host waits for which events of which instance.
///
/// An event only wakes: the wait's owner then looks at the ports, whose state decides. That is why nothing is kept for
/// events that nobody waits for (Nova's "Received unexpected event"), why a duplicate does no harm, and why an event of
/// an earlier plug of the same port cannot let a later boot go on (LP 1951720 comment 7 lists these cases).
package final class InstanceEvents: Sendable {
  /// What is waited for: Nova's `(name, tag)`.
  package struct Key: Hashable, Sendable {
    package let name: InstanceEventName
    /// The port, for network events.
    package let tag: String

    package init(name: InstanceEventName, tag: String) {
      (self.name, self.tag) = (name, tag)
    }
  }

  private struct State {
    var waits: [UUID: EventWait] = [:]
    var generation = 0
    var isClosed = false
  }

  private let state = Mutex(State())

  package init() {}

  /// Registers a wait of an instance. It must happen before anything is plugged: the event of a port may come while its
  /// guest is still being created.
  ///
  /// An earlier wait of the same instance ends here; it is a generation of its own and sees none of the later events.
  /// After ``cancelAll()`` a wait is born ended.
  package func prepare(_ instanceID: UUID, _ keys: [Key]) -> EventWait {
    let (wait, earlier) = state.withLock { state in
      state.generation += 1
      let wait = EventWait(instanceID: instanceID, generation: state.generation, keys: Set(keys))
      if state.isClosed { return (wait, Optional(wait)) }
      return (wait, state.waits.updateValue(wait, forKey: instanceID))
    }
    earlier?.end()
    return wait
  }

  /// Hands an event to whoever waits for it.
  ///
  /// - Returns: Whether somebody did.
  @discardableResult
  package func pop(_ event: InstanceEvent) -> Bool {
    guard let tag = event.tag, let wait = state.withLock({ $0.waits[event.instanceID] }) else { return false }
    return wait.arrive(Key(name: event.name, tag: tag), event.status)
  }

  /// Ends a wait. One that a later generation has replaced ends as well, and leaves the later one alone.
  package func end(_ wait: EventWait) {
    state.withLock { state in
      if state.waits[wait.instanceID]?.generation == wait.generation { state.waits[wait.instanceID] = nil }
    }
    wait.end()
  }

  /// Ends every wait, those that are still to come included, because the process is about to end.
  package func cancelAll() {
    let waits = state.withLock { state in
      state.isClosed = true
      defer { state.waits = [:] }
      return state.waits.values
    }
    for wait in waits { wait.end() }
  }
}

/// One wait for the events of one instance, from its registration to its end.
package final class EventWait: Sendable {
  package let instanceID: UUID
  /// Counts the waits of the process; a later wait has a higher one.
  package let generation: Int
  /// Yields whenever it is worth looking at the ports again; wake-ups that nobody has taken yet become one. Ends with
  /// the wait. It is for one reader.
  package let wakeUps: AsyncStream<Void>

  private let wakeUp: AsyncStream<Void>.Continuation
  private let keys: Set<InstanceEvents.Key>
  private let state = Mutex(State())

  private struct State {
    var arrived: [InstanceEvents.Key: InstanceEventStatus] = [:]
    var isExpired = false
  }

  init(instanceID: UUID, generation: Int, keys: Set<InstanceEvents.Key>) {
    (self.instanceID, self.generation, self.keys) = (instanceID, generation, keys)
    (wakeUps, wakeUp) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// The tags whose last event said that it failed.
  package var failedTags: Set<String> { tags(.failed) }

  /// The tags whose last event said that it was done.
  package var completedTags: Set<String> { tags(.completed) }

  private func tags(_ status: InstanceEventStatus) -> Set<String> {
    state.withLock { state in Set(state.arrived.filter { $0.value == status }.map(\.key.tag)) }
  }

  /// Whether the time for this wait is over.
  package var isExpired: Bool { state.withLock { $0.isExpired } }

  /// Asks the reader to look again, for another reason than an event.
  package func wake() {
    wakeUp.yield()
  }

  /// Ends the time for this wait; its owner looks a last time and decides.
  package func expire() {
    state.withLock { $0.isExpired = true }
    wakeUp.yield()
  }

  fileprivate func arrive(_ key: InstanceEvents.Key, _ status: InstanceEventStatus) -> Bool {
    guard keys.contains(key) else { return false }
    state.withLock { $0.arrived[key] = status }
    wakeUp.yield()
    return true
  }

  fileprivate func end() {
    wakeUp.finish()
  }
}
