internal import HostRPC
internal import Model

extension JobTable {
  /// Where something that is asked for stands among what is there for its instance.
  enum Place: Hashable {
    /// The message has been taken already.
    case known
    /// Something later makes it needless.
    case void
    /// It asks for the same as this of the tasks, which does for both.
    case joining(Int)
    /// It takes the place of what is there.
    case replacing
    case behind
  }
}

extension JobTable.Entry {
  func place(of work: JobTable.Work, _ messageID: Int64?) -> JobTable.Place {
    let isKnown = { (task: JobTable.Wish) in
      messageID.map(task.messageIDs.contains) ?? false && (task.work.isSame(as: work) || task.work.replaces(work))
    }
    if tasks.contains(where: isKnown) { return .known }
    if isVoid(work, messageID) { return .void }
    if let index = companion(of: work) { return .joining(index) }
    return tasks.contains { work.replaces($0.work) } ? .replacing : .behind
  }

  /// A message that is older than what is there comes again because its answer was lost, or because what it asked for
  /// could not be done: either way something later has been asked for since. Dropping an interface twice does no harm.
  private func isVoid(_ work: JobTable.Work, _ messageID: Int64?) -> Bool {
    guard work != .terminate else { return false }
    if tasks.contains(where: { $0.work == .terminate || $0.work.isLater(than: work) }) { return true }
    guard let messageID, !work.isDrop else { return false }
    return tasks.contains { !$0.work.isDrop && ($0.messageIDs.max() ?? 0) > messageID }
  }

  /// The task that asks for the same, if nothing stands behind it that would have to be done before.
  private func companion(of work: JobTable.Work) -> Int? {
    let isLeaving = isReplaced || isAbandoned
    let indices = tasks.indices.dropFirst(isLeaving ? 1 : 0)
    guard let index = indices.last(where: { tasks[$0].work.isSame(as: work) }) else { return nil }
    return work.isDrop || tasks[(index + 1)...].allSatisfy(\.work.isDrop) ? index : nil
  }

  mutating func join(_ index: Int, _ messageID: Int64?) {
    guard let messageID else { return }
    if index == 0 { current.messageIDs.append(messageID) } else { next[index - 1].messageIDs.append(messageID) }
  }
}

extension JobTable.Work {
  /// Whether two messages ask for the same: a message that is sent again may differ in what has changed since.
  func isSame(as other: JobTable.Work) -> Bool {
    switch (self, other) {
    case (.build, .build): true
    case (.operation(let one), .operation(let two)): one.operationID == two.operationID && one.leg == two.leg
    default: self == other
    }
  }

  /// After this nothing of the instance is left here.
  var endsAll: Bool { self == .terminate || self == .remove }

  var isDrop: Bool { if case .dropInterface = self { true } else { false } }

  var operationID: Int64? { if case .operation(let request) = self { request.operationID } else { nil } }

  func replaces(_ other: JobTable.Work) -> Bool { endsAll || isLater(than: other) }

  /// The server allows one operation at a time, and counts them: a later one means that the earlier is not wanted any
  /// more. Another leg of the same means that the earlier leg is about to end.
  fileprivate func isLater(than other: JobTable.Work) -> Bool {
    guard let operationID, let earlier = other.operationID else { return false }
    return operationID > earlier
  }
}
