import Model
import Testing

@testable import ComputeService

@Suite struct WatchdogTests {
  static let now = Timestamp(microseconds: 1_800_000_000_000_000)

  struct Example: Sendable {
    var vm: VMState
    var task: TaskState?
    var age: Duration
    var hostIsSilent: Bool
    var verdict: InstanceWatch?
  }

  static let silence = "compute host h1 has not reported since \(now - .seconds(90))"
  static let examples = [
    Example(vm: .building, task: .spawning, age: .seconds(5), hostIsSilent: false),
    Example(
      vm: .building, task: .spawning, age: .seconds(5), hostIsSilent: true, verdict: .reschedule(reason: silence)),
    Example(
      vm: .building, task: .spawning, age: .seconds(1801), hostIsSilent: false,
      verdict: .failBuild(reason: "the build has taken longer than 1800.0 seconds")),
    Example(vm: .active, task: .deleting, age: .seconds(5), hostIsSilent: false),
    Example(vm: .active, task: .deleting, age: .seconds(5), hostIsSilent: true, verdict: .forget(reason: silence)),
    Example(vm: .building, task: .deleting, age: .seconds(5), hostIsSilent: true, verdict: .forget(reason: silence)),
    Example(vm: .active, task: nil, age: .seconds(5000), hostIsSilent: true),
    Example(vm: .error, task: nil, age: .seconds(5000), hostIsSilent: true),
  ]

  @Test(
    "a build whose host is silent or that takes too long fails, and a deletion does not wait for a silent host",
    arguments: examples)
  func verdicts(_ example: Example) {
    var options = ComputeOptions()
    options.now = { Self.now }
    var instance = Instance(
      id: UUID(), name: "s", description: nil, hostname: "s", projectID: "p", userID: "u",
      flavor: Flavor(id: "0", name: "nano", vcpus: 1, memoryMB: 1, rootGB: 0), image: nil, request: InstanceRequest(),
      reservationID: "r", launchIndex: 0, createdAt: Self.now - example.age)
    instance.host = "h1"
    instance.state = InstanceState(vm: example.vm, task: example.task, power: .none)
    let silent = example.hostIsSilent ? ["h1": Self.now - .seconds(90)] : [:]
    #expect(InstanceWatch(instance, silentSince: silent, options: options) == example.verdict)
  }

  @Test("the id that stands for a host is upstream's")
  func hostID() {
    #expect(
      SHA224.hex(of: Array("cce36e559b4245109c189ed9a761a551compute1".utf8))
        == "dd656589a0a280e0735b8b2adf07bf0bc08e351a018d9abd42c907bf")
    #expect(SHA224.hex(of: Array("abc".utf8)) == "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7")
  }
}
