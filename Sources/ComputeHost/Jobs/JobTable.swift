package import HostRPC
package import Model

/// What is to be done for the instances of this host, and in which order: one thing at a time for an instance, a
/// bounded number of builds at a time, and a deletion before everything else.
///
/// It only decides; ``ComputeHost`` does what it says.
package struct JobTable: Sendable {
  package enum Work: Hashable, Sendable {
    case build(BuildRequest)
    case terminate
  }

  package struct Job: Hashable, Sendable {
    package let instanceID: UUID
    package let work: Work

    package init(instanceID: UUID, work: Work) {
      (self.instanceID, self.work) = (instanceID, work)
    }
  }

  package enum Action: Hashable, Sendable {
    case start(Job)
    /// Ask the instance's job, a build, to end; it is finished when it has.
    case cancel(UUID)
    /// These messages have been dealt with.
    case acknowledge([Int64])
  }

  private struct Entry {
    var work: Work
    var isRunning: Bool
    var messageIDs: [Int64]
    /// The messages that ask for the instance's deletion while its build is still running.
    var terminations: [Int64] = []
    var isTerminationWanted = false
  }

  private let buildLimit: Int
  private let queueLimit: Int
  private var entries: [UUID: Entry] = [:]
  private var queue: [UUID] = []
  private var runningBuilds = 0

  /// - Parameters:
  ///   - buildLimit: Nova's `max_concurrent_builds`.
  ///   - queueLimit: How many builds may wait. One more is left out, and the server sends it again with the next
  ///     connection.
  package init(buildLimit: Int, queueLimit: Int = 10_000) {
    (self.buildLimit, self.queueLimit) = (max(1, buildLimit), queueLimit)
  }

  /// Whether something is being done for the instance, or waits to be.
  package func isBusy(_ instanceID: UUID) -> Bool { entries[instanceID] != nil }

  /// A request to build, which may be one that was sent before.
  package mutating func build(_ request: BuildRequest, messageID: Int64?) -> [Action] {
    let id = request.instanceID
    guard var entry = entries[id] else {
      guard queue.count < queueLimit else { return [] }
      entries[id] = Entry(work: .build(request), isRunning: false, messageIDs: messageID.map { [$0] } ?? [])
      queue.append(id)
      return next()
    }
    guard case .build = entry.work, !entry.isTerminationWanted else {
      // It is being deleted: there is nothing to build any more.
      return messageID.map { [.acknowledge([$0])] } ?? []
    }
    entry.messageIDs.add(messageID)
    entries[id] = entry
    return []
  }

  /// A request to delete, which may be one that was sent before.
  package mutating func terminate(_ id: UUID, messageID: Int64?) -> [Action] {
    guard var entry = entries[id] else {
      entries[id] = Entry(work: .terminate, isRunning: true, messageIDs: messageID.map { [$0] } ?? [])
      return [.start(Job(instanceID: id, work: .terminate))]
    }
    defer { entries[id] = entry }
    switch entry.work {
    case .terminate:
      entry.messageIDs.add(messageID)
      return []
    case .build where entry.isRunning:
      entry.terminations.add(messageID)
      entry.isTerminationWanted = true
      return [.cancel(id)]
    case .build:
      queue.removeAll { $0 == id }
      entry.work = .terminate
      entry.isRunning = true
      entry.messageIDs.add(messageID)
      return [.start(Job(instanceID: id, work: .terminate))]
    }
  }

  /// The instance's job has ended.
  ///
  /// - Parameter isDone: Whether it got to its end. Messages of a job that did not are not acknowledged: the server
  ///   sends them again to the next process.
  package mutating func finished(_ id: UUID, isDone: Bool) -> [Action] {
    guard let entry = entries.removeValue(forKey: id) else { return [] }
    if case .build = entry.work { runningBuilds -= 1 }
    if entry.isTerminationWanted {
      // The deletion answers the request to build as well.
      let messageIDs = entry.messageIDs + entry.terminations
      entries[id] = Entry(work: .terminate, isRunning: true, messageIDs: messageIDs)
      return [.start(Job(instanceID: id, work: .terminate))] + next()
    }
    let acknowledged: [Action] = isDone && !entry.messageIDs.isEmpty ? [.acknowledge(entry.messageIDs)] : []
    return acknowledged + next()
  }

  private mutating func next() -> [Action] {
    var actions: [Action] = []
    while runningBuilds < buildLimit, !queue.isEmpty {
      let id = queue.removeFirst()
      guard let work = entries[id]?.work else { continue }
      entries[id]?.isRunning = true
      runningBuilds += 1
      actions.append(.start(Job(instanceID: id, work: work)))
    }
    return actions
  }
}

extension [Int64] {
  fileprivate mutating func add(_ id: Int64?) {
    if let id, !contains(id) { append(id) }
  }
}
