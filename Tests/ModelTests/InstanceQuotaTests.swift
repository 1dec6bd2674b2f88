import Model
import Testing

@Suite struct InstanceQuotaTests {
  static let flavor = Flavor(id: "0", name: "f", vcpus: 2, memoryMB: 512, rootGB: 0)

  struct Example: Sendable {
    var limits: [ComputeResource: Int]
    var used = HostUsage()
    var wanted: Int
    var allowed: Int
  }

  static let examples = [
    Example(limits: [:], wanted: 10, allowed: 10),
    Example(limits: [:], wanted: 11, allowed: 10),
    Example(limits: [.instances: -1, .cores: -1, .ram: -1], wanted: 500, allowed: 500),
    Example(limits: [.cores: 5], wanted: 10, allowed: 2),
    Example(limits: [.ram: 511], wanted: 1, allowed: 0),
    Example(limits: [.instances: 3], used: HostUsage(instances: 2), wanted: 3, allowed: 1),
    Example(limits: [.instances: 3], used: HostUsage(instances: 9), wanted: 3, allowed: 0),
    Example(limits: [.instances: -1], used: HostUsage(vcpus: 18), wanted: 3, allowed: 1),
  ]

  @Test("as many instances are allowed as every limit leaves", arguments: examples)
  func allowed(_ example: Example) {
    var limits = QuotaLimits()
    for (resource, limit) in example.limits { limits[resource] = limit }
    let quota = InstanceQuota(limits: limits, used: example.used)
    #expect(quota.allowedCount(of: Self.flavor, upTo: example.wanted) == example.allowed)
  }

  @Test("a refusal tells of all that is exceeded, in upstream's words")
  func words() {
    let quota = InstanceQuota(limits: QuotaLimits(), used: HostUsage(instances: 9, vcpus: 18, memoryMB: 512))
    let added = HostUsage(instances: 3, vcpus: 6, memoryMB: 1536)
    let exceeded = quota.exceeded(by: added)
    #expect(exceeded == [.cores, .instances])
    #expect(
      QuotaExceeded(exceeded: exceeded, instances: "2-3", added: added, quota: quota).description
        == "Quota exceeded for cores, instances: Requested 6, 2-3, but already used 18, 9 of 20, 10 cores, instances")
  }

  @Test("what is not asked for more of is not refused, even if there is too much of it")
  func shrinking() {
    let quota = InstanceQuota(limits: QuotaLimits(), used: HostUsage(instances: 99, vcpus: 99, memoryMB: 512))
    #expect(quota.exceeded(by: HostUsage(memoryMB: 1)) == [])
    #expect(quota.exceeded(by: HostUsage(vcpus: 1, memoryMB: 1)) == [.cores])
  }
}

@Suite struct BuildRetryTests {
  static let id = UUID()

  struct Example: Sendable {
    var tried: [String]
    var isBound = false
    var maxAttempts = 3
    var retry: BuildRetry
  }

  static let examples = [
    Example(tried: [], retry: .elsewhere(excluding: ["h"])),
    Example(tried: ["a"], retry: .elsewhere(excluding: ["a", "h"])),
    Example(
      tried: ["a", "b"],
      retry: .giveUp(
        message: "Exceeded maximum number of retries. Exceeded max scheduling attempts 3 for instance \(id). Last "
          + "exception: no memory")),
    Example(tried: [], isBound: true, retry: .giveUp(message: nil)),
    Example(tried: [], maxAttempts: 1, retry: .giveUp(message: nil)),
    Example(tried: ["a", "b"], maxAttempts: 4, retry: .elsewhere(excluding: ["a", "b", "h"])),
  ]

  @Test("a build is tried on as many hosts as may be, unless its host was named", arguments: examples)
  func retries(_ example: Example) {
    let attempts = BuildAttempts(triedHosts: example.tried, isBoundToHost: example.isBound)
    #expect(
      BuildRetry(
        attempts, failedOn: "h", for: "no memory", instanceID: Self.id, maxAttempts: example.maxAttempts)
        == example.retry)
  }
}
