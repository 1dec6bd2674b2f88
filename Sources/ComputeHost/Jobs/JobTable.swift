package import HostRPC
package import Model

/// What is to be done for the instances of this host, and in which order: one thing at a time for an instance, a
/// bounded number of builds at a time, and a deletion before everything else.
///
/// A message is answered when what it asks for is done, or when something later has made it void. What ended early is not
/// answered: the server sends it again with the next connection. It does so with everything that it has no answer to, so
/// each message may come twice, and after messages that are newer.
///
/// It only decides; ``ComputeHost`` does what it says.
package struct JobTable: Sendable {
  package enum Work: Hashable, Sendable {
    case build(BuildRequest)
    case operation(OperationRequest)
    /// The port is deleted; its interface leaves the guest.
    case dropInterface(port: UUID)
    /// The guest and its files go, since the instance is somewhere else.
    case remove
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
    /// Ask the instance's job to end; it is finished when it has.
    case cancel(UUID)
    /// These messages have been dealt with.
    case acknowledge([Int64])
  }

  /// Something to be done, and the messages that ask for it.
  struct Wish {
    var work: Work
    var messageIDs: [Int64]
  }

  struct Entry {
    var current: Wish
    var isRunning: Bool
    /// Nobody wants the job any more: its messages are answered however it ends.
    var isAbandoned = false
    /// Something that waits takes the job's place, and has its messages.
    var isReplaced = false
    var next: [Wish] = []

    var tasks: [Wish] { [current] + next }
  }

  /// An interface to be dropped.
  private struct Drop: Hashable {
    let instanceID: UUID
    let port: UUID
  }

  /// How many interfaces may wait to be dropped from one instance. Of all else one at most waits of a kind.
  private static let dropLimit = 64
  private let buildLimit: Int
  private let queueLimit: Int
  private var entries: [UUID: Entry] = [:]
  private var queue: [UUID] = []
  private var runningBuilds = 0
  /// What is still to be dropped of a message that tells of several ports: it is answered after the last.
  private var drops: [Int64: Set<Drop>] = [:]

  /// - Parameters:
  ///   - buildLimit: Nova's `max_concurrent_builds`.
  ///   - queueLimit: How many builds may wait. One more is left out, and the server sends it again with the next
  ///     connection.
  package init(buildLimit: Int, queueLimit: Int = 10_000) {
    (self.buildLimit, self.queueLimit) = (max(1, buildLimit), queueLimit)
  }

  /// Whether something is being done for the instance, or waits to be.
  package func isBusy(_ instanceID: UUID) -> Bool { entries[instanceID] != nil }

  // MARK: What comes

  /// A request to build, which may be one that was sent before.
  package mutating func build(_ request: BuildRequest, messageID: Int64?) -> [Action] {
    add(.build(request), request.instanceID, messageID)
  }

  /// A request to delete, which may be one that was sent before.
  package mutating func terminate(_ id: UUID, messageID: Int64?) -> [Action] { add(.terminate, id, messageID) }

  /// Ports that one message tells are deleted, of any instances. All are taken or none.
  package mutating func dropInterfaces(
    _ ports: [(instanceID: UUID, port: UUID)], messageID: Int64?
  ) -> [Action] {
    let waiting = ports.map { entries[$0.instanceID]?.next.count { $0.work.isDrop } ?? 0 }.max() ?? 0
    guard waiting + ports.count <= Self.dropLimit else { return [] }
    if let messageID { drops[messageID] = Set(ports.map { Drop(instanceID: $0.instanceID, port: $0.port) }) }
    return ports.flatMap { add(.dropInterface(port: $0.port), $0.instanceID, messageID) }
  }

  /// Something that a message asks for, which may have been sent before.
  package mutating func add(_ work: Work, _ id: UUID, _ messageID: Int64?) -> [Action] {
    let task = Wish(work: work, messageIDs: messageID.map { [$0] } ?? [])
    guard var entry = entries[id] else { return begin(task, id, isFollowing: false) }
    switch entry.place(of: work, messageID) {
    case .known: return []
    case .void: return answer(task, id)
    case .replacing: return replace(&entry, with: task, id)
    case .joining(let index): entry.join(index, messageID)
    case .behind: entry.next.append(task)
    }
    entries[id] = entry
    return []
  }

  /// An operation is not wanted any more.
  package mutating func cancel(operation: Int64, of id: UUID) -> [Action] {
    guard let entry = entries[id] else { return [] }
    if entry.current.work.operationID == operation {
      entries[id]?.isAbandoned = true
      return [.cancel(id)]
    }
    let cancelled = entry.next.filter { $0.work.operationID == operation }
    entries[id]?.next.removeAll { $0.work.operationID == operation }
    return cancelled.flatMap { answer($0, id) }
  }

  private mutating func replace(_ entry: inout Entry, with task: Wish, _ id: UUID) -> [Action] {
    var task = task
    let replaced = entry.next.filter { task.work.replaces($0.work) }
    entry.next.removeAll { task.work.replaces($0.work) }
    task.messageIDs = replaced.flatMap(\.messageIDs) + task.messageIDs
    defer { entries[id] = entry }
    guard task.work.replaces(entry.current.work) else {
      entry.next.append(task)
      return []
    }
    task.messageIDs = entry.current.messageIDs + task.messageIDs
    guard entry.isRunning else {
      queue.removeAll { $0 == id }
      entry = Entry(current: task, isRunning: true, next: entry.next)
      return [.start(Job(instanceID: id, work: task.work))]
    }
    entry.current.messageIDs = []
    let isLeaving = entry.isReplaced || entry.current.work.endsAll
    entry.isReplaced = true
    entry.next.append(task)
    // What takes an instance down does no harm to what comes after it, and must not be left half done.
    return isLeaving ? [] : [.cancel(id)]
  }

  // MARK: What ends

  /// The instance's job has ended.
  ///
  /// - Parameter isDone: Whether it got to its end. Messages of a job that did not are not acknowledged: the server
  ///   sends them again to the next process.
  package mutating func finished(_ id: UUID, isDone: Bool) -> [Action] {
    guard var entry = entries.removeValue(forKey: id) else { return [] }
    if case .build = entry.current.work, entry.isRunning { runningBuilds -= 1 }
    var actions = isDone || entry.isAbandoned ? answer(entry.current, id) : []
    if isDone, entry.current.work.endsAll { forgetDrops(of: id) }
    if !entry.next.isEmpty {
      let following = entry.next.removeFirst()
      actions += begin(following, id, isFollowing: true)
      entries[id]?.next = entry.next
    }
    return actions + next()
  }

  /// A message of several ports is answered with the last of them.
  private mutating func answer(_ task: Wish, _ id: UUID) -> [Action] {
    let answered = task.messageIDs.filter { message in
      guard var left = drops[message] else { return true }
      if case .dropInterface(let port) = task.work {
        left.remove(Drop(instanceID: id, port: port))
      } else {
        left = left.filter { $0.instanceID != id }
      }
      drops[message] = left.isEmpty ? nil : left
      return left.isEmpty
    }
    return answered.isEmpty ? [] : [.acknowledge(answered)]
  }

  private mutating func forgetDrops(of id: UUID) {
    drops = drops.mapValues { $0.filter { $0.instanceID != id } }.filter { !$0.value.isEmpty }
  }

  /// - Parameter isFollowing: The instance has been taken in already, so there is room for it.
  private mutating func begin(_ task: Wish, _ id: UUID, isFollowing: Bool) -> [Action] {
    guard case .build = task.work else {
      entries[id] = Entry(current: task, isRunning: true)
      return [.start(Job(instanceID: id, work: task.work))]
    }
    guard isFollowing || queue.count < queueLimit else { return [] }
    entries[id] = Entry(current: task, isRunning: false)
    queue.append(id)
    return isFollowing ? [] : next()
  }

  private mutating func next() -> [Action] {
    var actions: [Action] = []
    while runningBuilds < buildLimit, !queue.isEmpty {
      let id = queue.removeFirst()
      guard let work = entries[id]?.current.work else { continue }
      entries[id]?.isRunning = true
      runningBuilds += 1
      actions.append(.start(Job(instanceID: id, work: work)))
    }
    return actions
  }
}
