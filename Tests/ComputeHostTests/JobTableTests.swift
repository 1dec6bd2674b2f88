import ComputeHost
import HostRPC
import Model
import Testing

@Suite("The order of an instance's jobs")
struct JobTableTests {
  static func request(_ id: UUID = UUID()) -> BuildRequest {
    BuildRequest(
      instanceID: id, name: "vm", projectID: "", userID: "",
      flavor: .init(id: "1", name: "tiny", vcpus: 1, memoryMB: 64, rootGB: 0),
      image: .init(id: UUID(), diskFormat: "raw"), networks: [], createdAt: Timestamp(microseconds: 0))
  }

  static func start(_ request: BuildRequest) -> JobTable.Action {
    .start(JobTable.Job(instanceID: request.instanceID, work: .build(request)))
  }

  static func terminate(_ id: UUID) -> JobTable.Action { .start(JobTable.Job(instanceID: id, work: .terminate)) }

  @Test("a build that is asked for twice is done once, and both messages are acknowledged when it has ended")
  func twice() {
    var table = JobTable(buildLimit: 2)
    let request = Self.request()
    #expect(table.build(request, messageID: 1) == [Self.start(request)])
    #expect(table.build(request, messageID: 1) == [])
    #expect(table.build(request, messageID: 2) == [])
    #expect(table.finished(request.instanceID, isDone: true) == [.acknowledge([1, 2])])
    #expect(!table.isBusy(request.instanceID))
  }

  @Test("a build that did not get to its end is not acknowledged")
  func interrupted() {
    var table = JobTable(buildLimit: 2)
    let request = Self.request()
    _ = table.build(request, messageID: 1)
    #expect(table.finished(request.instanceID, isDone: false) == [])
  }

  @Test("no more builds than the limit run at a time, and they begin in order")
  func limit() {
    var table = JobTable(buildLimit: 1)
    let (first, second, third) = (Self.request(), Self.request(), Self.request())
    #expect(table.build(first, messageID: 1) == [Self.start(first)])
    #expect(table.build(second, messageID: 2) == [])
    #expect(table.build(third, messageID: 3) == [])
    #expect(table.finished(first.instanceID, isDone: true) == [.acknowledge([1]), Self.start(second)])
    #expect(table.finished(second.instanceID, isDone: true) == [.acknowledge([2]), Self.start(third)])
  }

  @Test("a deletion cancels the build that runs, follows it, and answers both messages")
  func deleteWhileBuilding() {
    var table = JobTable(buildLimit: 1)
    let request = Self.request()
    let id = request.instanceID
    _ = table.build(request, messageID: 1)
    #expect(table.terminate(id, messageID: 2) == [.cancel(id)])
    #expect(table.build(request, messageID: 1) == [])
    #expect(table.finished(id, isDone: false) == [Self.terminate(id)])
    #expect(table.finished(id, isDone: true) == [.acknowledge([1, 2])])
  }

  @Test("a deletion takes the place of a build that waits")
  func deleteWhileQueued() {
    var table = JobTable(buildLimit: 1)
    let (first, second) = (Self.request(), Self.request())
    _ = table.build(first, messageID: 1)
    _ = table.build(second, messageID: 2)
    #expect(table.terminate(second.instanceID, messageID: 3) == [Self.terminate(second.instanceID)])
    #expect(table.finished(second.instanceID, isDone: true) == [.acknowledge([2, 3])])
    #expect(table.finished(first.instanceID, isDone: true) == [.acknowledge([1])])
  }

  @Test("a deletion that is asked for twice is done once")
  func deleteTwice() {
    var table = JobTable(buildLimit: 1)
    let id = UUID()
    #expect(table.terminate(id, messageID: 1) == [Self.terminate(id)])
    #expect(table.terminate(id, messageID: 2) == [])
    #expect(table.build(Self.request(id), messageID: 3) == [.acknowledge([3])])
    #expect(table.finished(id, isDone: true) == [.acknowledge([1, 2])])
  }

  @Test("a queue that is full takes no more, and the server keeps the message")
  func full() {
    var table = JobTable(buildLimit: 1, queueLimit: 1)
    _ = table.build(Self.request(), messageID: 1)
    _ = table.build(Self.request(), messageID: 2)
    let third = Self.request()
    #expect(table.build(third, messageID: 3) == [])
    #expect(!table.isBusy(third.instanceID))
  }
}

@Suite("Which ports an instance still needs")
struct PortPlanTests {
  static let (network, other) = (UUID(), UUID())

  static func port(_ network: UUID, host: String = "host1", type: String? = "bridge") -> InstancePort {
    InstancePort(
      id: UUID(), networkID: network, macAddress: MACAddress(bits: 1), status: "DOWN", deviceID: "x", hostID: host,
      vifType: type)
  }

  @Test("those that are there and bound are kept, the others are bound or made, in the order they were asked for")
  func plan() {
    let (kept, unbound, given) = (Self.port(Self.network), Self.port(Self.other, host: ""), UUID())
    let actions = PortAction.plan(
      for: [
        .init(portID: given), .init(networkID: Self.other), .init(networkID: Self.network),
        .init(networkID: Self.network, fixedIP: "10.0.0.7"),
      ],
      existing: [kept, unbound], host: "host1")
    #expect(
      actions == [
        .bind(given), .bind(unbound.id), .keep(kept), .create(networkID: Self.network, fixedIP: "10.0.0.7"),
      ])
  }

  @Test("a port whose binding failed is bound again")
  func failedBinding() {
    let port = Self.port(Self.network, type: "binding_failed")
    let actions = PortAction.plan(for: [.init(networkID: Self.network)], existing: [port], host: "host1")
    #expect(actions == [.bind(port.id)])
  }

  @Test("a user's own port is not taken for one that was made on the same network")
  func givenPort() {
    let given = Self.port(Self.network)
    let actions = PortAction.plan(
      for: [.init(networkID: Self.network), .init(portID: given.id)], existing: [given], host: "host1")
    #expect(actions == [.create(networkID: Self.network, fixedIP: nil), .keep(given)])
  }
}
