import ComputeHost
import HostRPC
import Model
import Testing

extension JobOrderTests {
  // MARK: Operations

  @Test("a cancelled operation is answered however it ends", arguments: [true, false])
  func cancelled(isDone: Bool) {
    var table = JobTable(buildLimit: 1)
    _ = table.add(Self.operation(5), Self.id, 1)
    #expect(table.cancel(operation: 4, of: Self.id) == [])
    #expect(table.cancel(operation: 5, of: Self.id) == [.cancel(Self.id)])
    #expect(table.add(Self.operation(5), Self.id, 1) == [])
    #expect(table.finished(Self.id, isDone: isDone) == [.acknowledge([1])])
    #expect(table.cancel(operation: 5, of: Self.id) == [])
  }

  @Test("an operation that is cancelled while it waits is never begun", arguments: [Kind.build, .drop, .remove])
  func cancelledWhileWaiting(_ running: Kind) {
    var table = JobTable(buildLimit: 1)
    _ = table.add(Self.work(running), Self.id, 1)
    _ = table.add(Self.operation(5), Self.id, 2)
    #expect(table.cancel(operation: 5, of: Self.id) == [.acknowledge([2])])
    #expect(table.finished(Self.id, isDone: true) == [.acknowledge([1])])
    #expect(!table.isBusy(Self.id))
  }

  @Test(
    "nobody but an operation is cancelled by the number of one", arguments: [Kind.build, .drop, .remove, .terminate])
  func cancelOther(_ running: Kind) {
    var table = JobTable(buildLimit: 1)
    _ = table.add(Self.work(running), Self.id, 1)
    #expect(table.cancel(operation: 5, of: Self.id) == [])
    #expect(table.finished(Self.id, isDone: true) == [.acknowledge([1])])
  }

  @Test("the next leg of an operation waits for the one that is about to end")
  func legs() {
    var table = JobTable(buildLimit: 1)
    _ = table.add(Self.operation(5, .source), Self.id, 1)
    #expect(table.add(Self.operation(5, .destination), Self.id, 2) == [])
    #expect(table.finished(Self.id, isDone: true) == [.acknowledge([1]), Self.start(Self.operation(5, .destination))])
    #expect(table.finished(Self.id, isDone: true) == [.acknowledge([2])])
  }

  @Test("of several operations only the last is done, and it answers for those it took the place of")
  func overtaken() {
    var table = JobTable(buildLimit: 1)
    _ = table.add(Self.operation(5), Self.id, 1)
    _ = table.add(Self.work(.drop), Self.id, 2)
    #expect(table.add(Self.operation(6), Self.id, 3) == [.cancel(Self.id)])
    #expect(table.add(Self.operation(7), Self.id, 4) == [])
    #expect(table.finished(Self.id, isDone: false) == [Self.start(Self.work(.drop))])
    #expect(table.finished(Self.id, isDone: true) == [.acknowledge([2]), Self.start(Self.operation(7))])
    #expect(table.finished(Self.id, isDone: true) == [.acknowledge([1, 3, 4])])
  }

  // MARK: Messages that come again

  /// Their answers were lost. What came after them is being done, and they must not undo it.
  @Test("a message that is older than what is being done is void", arguments: [Kind.build, .operation, .remove])
  func outOfOrder(_ old: Kind) {
    var table = JobTable(buildLimit: 1)
    _ = table.add(Self.operation(6, .destination), Self.id, 12)
    #expect(table.add(Self.work(old), Self.id, 10) == [.acknowledge([10])])
    #expect(table.finished(Self.id, isDone: true) == [.acknowledge([12])])
  }

  @Test("an interface that could not be dropped is dropped also after something later, and a deletion is always done")
  func olderButWanted() {
    var table = JobTable(buildLimit: 1)
    _ = table.add(Self.operation(6), Self.id, 12)
    #expect(table.add(Self.work(.drop), Self.id, 10) == [])
    #expect(table.add(.terminate, Self.id, 11) == [.cancel(Self.id)])
    #expect(table.finished(Self.id, isDone: false) == [Self.start(.terminate)])
    #expect(table.finished(Self.id, isDone: true) == [.acknowledge([12, 10, 11])])
  }

  @Test("an instance that comes back while it is removed is built after that, however often the messages come")
  func removedAndBuilt() {
    var table = JobTable(buildLimit: 1)
    _ = table.build(Self.build, messageID: 1)
    #expect(table.add(.remove, Self.id, 2) == [.cancel(Self.id)])
    #expect(table.build(Self.build, messageID: 3) == [])
    for message: Int64 in [1, 3] { #expect(table.build(Self.build, messageID: message) == []) }
    #expect(table.add(.remove, Self.id, 2) == [])
    #expect(table.finished(Self.id, isDone: false) == [Self.start(.remove)])
    #expect(table.add(.remove, Self.id, 2) == [])
    #expect(table.finished(Self.id, isDone: true) == [.acknowledge([1, 2]), Self.start(.build(Self.build))])
    #expect(table.finished(Self.id, isDone: true) == [.acknowledge([3])])
  }

  // MARK: Interfaces

  @Test("a message of several deleted ports is answered with the last, whosever they are")
  func severalPorts() {
    var table = JobTable(buildLimit: 1)
    let (other, ports) = (UUID(), [UUID(), UUID(), UUID()])
    let drops = [(Self.id, ports[0]), (Self.id, ports[1]), (other, ports[2])].map { (instanceID: $0, port: $1) }
    #expect(table.dropInterfaces(drops, messageID: 1).count == 2)
    #expect(table.dropInterfaces(drops, messageID: 1) == [])
    #expect(table.finished(Self.id, isDone: true) == [Self.start(.dropInterface(port: ports[1]))])
    #expect(table.finished(other, isDone: true) == [])
    #expect(table.finished(Self.id, isDone: true) == [.acknowledge([1])])
  }

  @Test("a port that could not be dropped keeps the message from being answered, until it comes again")
  func severalPortsAgain() {
    var table = JobTable(buildLimit: 1)
    let drops = [(Self.id, UUID()), (UUID(), UUID())].map { (instanceID: $0, port: $1) }
    _ = table.dropInterfaces(drops, messageID: 1)
    #expect(table.finished(drops[0].instanceID, isDone: false) == [])
    #expect(table.finished(drops[1].instanceID, isDone: true) == [])
    #expect(table.dropInterfaces(drops, messageID: 1).count == 2)
    _ = table.finished(drops[0].instanceID, isDone: true)
    #expect(table.finished(drops[1].instanceID, isDone: true) == [.acknowledge([1])])
  }

  @Test("a deletion answers for its own instance's ports only")
  func severalPortsDeleted() {
    var table = JobTable(buildLimit: 1)
    let drops = [(Self.id, UUID()), (Self.id, UUID()), (UUID(), UUID())].map { (instanceID: $0, port: $1) }
    _ = table.dropInterfaces(drops, messageID: 1)
    #expect(table.terminate(Self.id, messageID: 2) == [.cancel(Self.id)])
    _ = table.finished(Self.id, isDone: false)
    #expect(table.finished(Self.id, isDone: true) == [.acknowledge([2])])
    #expect(table.finished(drops[2].instanceID, isDone: true) == [.acknowledge([1])])
  }

  @Test("more ports than an instance may wait for are left with the server, all that a message tells of")
  func tooManyPorts() {
    var table = JobTable(buildLimit: 1)
    _ = table.build(Self.build, messageID: 1)
    let drops = (0..<65).map { _ in (instanceID: Self.id, port: UUID()) }
    #expect(table.dropInterfaces(drops, messageID: 2) == [])
    #expect(table.finished(Self.id, isDone: true) == [.acknowledge([1])])
    #expect(!table.isBusy(Self.id))
  }

  @Test("a build that follows something else has its place even when the queue is full")
  func followingBuild() {
    var table = JobTable(buildLimit: 1, queueLimit: 1)
    let (first, second) = (JobTableTests.request(), JobTableTests.request())
    _ = table.add(.remove, Self.id, 1)
    _ = table.build(Self.build, messageID: 2)
    _ = table.build(first, messageID: 3)
    _ = table.build(second, messageID: 4)
    #expect(table.finished(Self.id, isDone: true) == [.acknowledge([1])])
    #expect(table.isBusy(Self.id))
    #expect(table.finished(first.instanceID, isDone: true) == [.acknowledge([3]), JobTableTests.start(second)])
    #expect(table.finished(second.instanceID, isDone: true) == [.acknowledge([4]), Self.start(.build(Self.build))])
  }
}
