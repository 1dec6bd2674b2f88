import ComputeHost
import HostRPC
import JSON
import Model
import Testing

/// What a message of an instance's brings about while something is being done to the instance.
@Suite("The order of an instance's jobs, in pairs")
struct JobOrderTests {
  enum Kind: String, CaseIterable, Sendable {
    case build
    case operation
    case laterOperation
    case drop
    case remove
    case terminate
  }

  /// What becomes of the second.
  enum Meeting: Sendable {
    /// The first does for both.
    case joins
    /// It is done after the first.
    case waits
    /// The first is cancelled, and the second answers for both.
    case cancels
    /// The first is let end, and the second answers for both.
    case follows
    /// It is answered at once.
    case void
  }

  struct Row: Sendable {
    var running: Kind
    var coming: Kind
    var meeting: Meeting
  }

  static let rows: [Row] = [
    Row(running: .build, coming: .build, meeting: .joins),
    Row(running: .build, coming: .operation, meeting: .waits),
    Row(running: .build, coming: .laterOperation, meeting: .waits),
    Row(running: .build, coming: .drop, meeting: .waits),
    Row(running: .build, coming: .remove, meeting: .cancels),
    Row(running: .build, coming: .terminate, meeting: .cancels),
    Row(running: .operation, coming: .build, meeting: .waits),
    Row(running: .operation, coming: .operation, meeting: .joins),
    Row(running: .operation, coming: .laterOperation, meeting: .cancels),
    Row(running: .operation, coming: .drop, meeting: .waits),
    Row(running: .operation, coming: .remove, meeting: .cancels),
    Row(running: .operation, coming: .terminate, meeting: .cancels),
    Row(running: .laterOperation, coming: .build, meeting: .waits),
    Row(running: .laterOperation, coming: .operation, meeting: .void),
    Row(running: .laterOperation, coming: .laterOperation, meeting: .joins),
    Row(running: .laterOperation, coming: .drop, meeting: .waits),
    Row(running: .laterOperation, coming: .remove, meeting: .cancels),
    Row(running: .laterOperation, coming: .terminate, meeting: .cancels),
    Row(running: .drop, coming: .build, meeting: .waits),
    Row(running: .drop, coming: .operation, meeting: .waits),
    Row(running: .drop, coming: .laterOperation, meeting: .waits),
    Row(running: .drop, coming: .drop, meeting: .joins),
    Row(running: .drop, coming: .remove, meeting: .cancels),
    Row(running: .drop, coming: .terminate, meeting: .cancels),
    Row(running: .remove, coming: .build, meeting: .waits),
    Row(running: .remove, coming: .operation, meeting: .waits),
    Row(running: .remove, coming: .laterOperation, meeting: .waits),
    Row(running: .remove, coming: .drop, meeting: .waits),
    Row(running: .remove, coming: .remove, meeting: .joins),
    Row(running: .remove, coming: .terminate, meeting: .follows),
    Row(running: .terminate, coming: .build, meeting: .void),
    Row(running: .terminate, coming: .operation, meeting: .void),
    Row(running: .terminate, coming: .laterOperation, meeting: .void),
    Row(running: .terminate, coming: .drop, meeting: .void),
    Row(running: .terminate, coming: .remove, meeting: .void),
    Row(running: .terminate, coming: .terminate, meeting: .joins),
  ]

  @Test("there is a row for every pair")
  func complete() {
    #expect(Set(Self.rows.map { "\($0.running)-\($0.coming)" }).count == Kind.allCases.count * Kind.allCases.count)
  }

  static let build = JobTableTests.request()
  static let id = build.instanceID
  static let port = UUID()

  static func operation(_ number: Int64, _ leg: OperationLeg = .only) -> JobTable.Work {
    .operation(
      OperationRequest(
        operationID: number, kind: .rebootHard, leg: leg, arguments: [:], before: .active, sourceHost: "host1",
        destinationHost: nil, instance: build))
  }

  static func work(_ kind: Kind) -> JobTable.Work {
    switch kind {
    case .build: .build(build)
    case .operation: operation(5)
    case .laterOperation: operation(6)
    case .drop: .dropInterface(port: port)
    case .remove: .remove
    case .terminate: .terminate
    }
  }

  static func start(_ work: JobTable.Work) -> JobTable.Action { .start(JobTable.Job(instanceID: id, work: work)) }

  @Test("each pair is done once and answered when it is done", arguments: rows, [true, false])
  func pair(_ row: Row, firstIsDone: Bool) {
    var table = JobTable(buildLimit: 1)
    let (id, first, second) = (Self.id, Self.work(row.running), Self.work(row.coming))
    #expect(table.add(first, id, 1) == [Self.start(first)])
    let arrived = table.add(second, id, 2)
    if row.meeting != .void { sendAgain(row, &table) }
    let ended = table.finished(id, isDone: firstIsDone)
    switch row.meeting {
    case .joins:
      #expect(arrived == [])
      #expect(ended == (firstIsDone ? [.acknowledge([1, 2])] : []))
    case .void:
      #expect(arrived == [.acknowledge([2])])
      #expect(ended == (firstIsDone ? [.acknowledge([1])] : []))
    case .waits:
      #expect(arrived == [])
      #expect(ended == (firstIsDone ? [.acknowledge([1])] : []) + [Self.start(second)])
      #expect(table.finished(id, isDone: true) == [.acknowledge([2])])
    case .cancels, .follows:
      #expect(arrived == (row.meeting == .cancels ? [.cancel(id)] : []))
      #expect(ended == [Self.start(second)])
      #expect(table.finished(id, isDone: true) == [.acknowledge([1, 2])])
    }
    #expect(!table.isBusy(id))
  }

  /// As after a connection was made anew.
  private func sendAgain(_ row: Row, _ table: inout JobTable) {
    #expect(table.add(Self.work(row.running), Self.id, 1) == [])
    #expect(table.add(Self.work(row.coming), Self.id, 2) == [])
  }

  @Test("what takes the place of another and does not end leaves both messages with the server", arguments: rows)
  func neither(_ row: Row) {
    guard row.meeting == .cancels || row.meeting == .follows else { return }
    var table = JobTable(buildLimit: 1)
    _ = table.add(Self.work(row.running), Self.id, 1)
    _ = table.add(Self.work(row.coming), Self.id, 2)
    _ = table.finished(Self.id, isDone: false)
    #expect(table.finished(Self.id, isDone: false) == [])
  }
}
