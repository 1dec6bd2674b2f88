import Model
import Testing

/// Hosts and requests for tests of placement.
enum Places {
  static let now = Timestamp(microseconds: 1_800_000_000_000_000)

  static func host(
    _ name: String, memory: Int = 1024, used: Int = 0, vcpus: Int = 2, usedVCPUs: Int = 0, disk: Int = 10,
    _ metadata: [String: String]? = nil, change: (inout HostCandidate) -> Void = { _ in }
  ) -> HostCandidate {
    let node = ComputeNode(
      id: UUID(), host: name, hypervisorType: "QEMU", vcpus: vcpus, memoryMB: memory, diskGB: disk, heartbeatAt: now,
      used: HostUsage(instances: 0, vcpus: usedVCPUs, memoryMB: used))
    let aggregates = metadata.map {
      [Aggregate(number: 1, id: UUID(), name: "a", createdAt: now, hosts: [name], metadata: $0)]
    }
    var host = HostCandidate(node: node, aggregates: aggregates ?? [])
    change(&host)
    return host
  }

  static func request(
    vcpus: Int = 1, memory: Int = 128, disk: Int = 0, _ change: (inout PlacementRequest) -> Void = { _ in }
  ) -> PlacementRequest {
    let flavor = Flavor(id: "0", name: "nano", vcpus: vcpus, memoryMB: memory, rootGB: disk)
    var request = PlacementRequest(flavor: flavor, projectID: "p1")
    change(&request)
    return request
  }

  static func group(_ policy: ServerGroup.Policy, most: Int? = nil) -> ServerGroup {
    ServerGroup(
      id: UUID(), name: "g", policy: policy, maxServerPerHost: most, projectID: "p1", userID: "u")
  }
}

@Suite struct PlacementTests {
  struct Example: Sendable {
    var filter: HostFilter
    var request: PlacementRequest
    /// A host that the filter removes, and why.
    var bad: HostCandidate
    var reason: String
    /// One that it lets pass.
    var good: HostCandidate
  }

  static let instance = UUID()
  static let examples: [Example] = [
    Example(
      filter: .requestedHost, request: Places.request { $0.requestedHost = "b" }, bad: Places.host("a"),
      reason: "no compute host is named b", good: Places.host("b")),
    Example(
      filter: .excludedHosts, request: Places.request { $0.excludedHosts = ["a"] }, bad: Places.host("a"),
      reason: "ExcludedHosts: a", good: Places.host("b")),
    Example(
      filter: .compute, request: Places.request(), bad: Places.host("a") { $0.node.isEnabled = false },
      reason: "ComputeFilter: a (disabled)", good: Places.host("b")),
    Example(
      filter: .compute, request: Places.request(), bad: Places.host("a") { $0.node.isForcedDown = true },
      reason: "ComputeFilter: a (forced down)", good: Places.host("b")),
    Example(
      filter: .compute, request: Places.request(),
      bad: Places.host("a") { $0.node.heartbeatAt = Places.now - .seconds(61) },
      reason: "ComputeFilter: a (silent since \(Places.now - .seconds(61)))",
      good: Places.host("b") { $0.node.heartbeatAt = Places.now - .seconds(60) }),
    Example(
      filter: .availabilityZone, request: Places.request { $0.zone = "z1" }, bad: Places.host("a"),
      reason: "AvailabilityZoneFilter: a", good: Places.host("b", ["availability_zone": "z1"])),
    Example(
      filter: .availabilityZone, request: Places.request { $0.zone = "nova" },
      bad: Places.host("a", ["availability_zone": "z1"]), reason: "AvailabilityZoneFilter: a",
      good: Places.host("b", [:])),
    Example(
      filter: .tenantIsolation, request: Places.request(), bad: Places.host("a", ["filter_tenant_id": "p2, p3"]),
      reason: "AggregateMultiTenancyIsolation: a", good: Places.host("b", ["filter_tenant_id_2": "p2,p1"])),
    Example(
      filter: .aggregateExtraSpecs,
      request: Places.request { $0.extraSpecs = ["aggregate_instance_extra_specs:ssd": "<or> yes <or> fast"] },
      bad: Places.host("a", ["ssd": "no"]),
      reason: "AggregateInstanceExtraSpecsFilter: a (aggregate_instance_extra_specs:ssd)",
      good: Places.host("b", ["ssd": "slow,fast"])),
    Example(
      filter: .aggregateExtraSpecs, request: Places.request { $0.extraSpecs = ["cores": ">= 8", "quota:cpu": "1"] },
      bad: Places.host("a", ["cores": "4"]), reason: "AggregateInstanceExtraSpecsFilter: a (cores)",
      good: Places.host("b", ["cores": "16"])),
    Example(
      filter: .aggregateImageProperties, request: Places.request { $0.imageProperties = ["os_distro": "debian"] },
      bad: Places.host("a", ["os_distro": "windows"]), reason: "AggregateImagePropertiesIsolation: a (os_distro)",
      good: Places.host("b", ["os_distro": "debian,fedora"])),
    Example(
      filter: .imageProperties, request: Places.request { $0.imageProperties = ["hw_architecture": "arm64"] },
      bad: Places.host("a") { $0.node.architecture = "x86_64" },
      reason: "ImagePropertiesFilter: a (hw_architecture)",
      good: Places.host("b") { $0.node.architecture = "aarch64" }),
    Example(
      filter: .imageProperties, request: Places.request { $0.imageProperties = ["img_hv_type": "xen"] },
      bad: Places.host("a"), reason: "ImagePropertiesFilter: a (img_hv_type)",
      good: Places.host("b") { $0.node.hypervisorType = "xen" }),
    Example(
      filter: .sameHost, request: Places.request { $0.hints.sameHost = [instance] }, bad: Places.host("a"),
      reason: "SameHostFilter: a", good: Places.host("b") { $0.hintedInstances = [instance] }),
    Example(
      filter: .differentHost, request: Places.request { $0.hints.differentHost = [instance] },
      bad: Places.host("a") { $0.hintedInstances = [instance] }, reason: "DifferentHostFilter: a",
      good: Places.host("b")),
    Example(
      filter: .nearHost, request: Places.request { $0.hints.nearNetwork = IPNetwork("10.1.2.3/24") },
      bad: Places.host("a") { $0.node.hostIP = IPAddress("10.1.3.9") }, reason: "SimpleCIDRAffinityFilter: a",
      good: Places.host("b") { $0.node.hostIP = IPAddress("10.1.2.9") }),
    Example(
      filter: .affinity, request: Places.request { $0.group = Places.group(.affinity) }, bad: Places.host("a"),
      reason: "ServerGroupAffinityFilter: a", good: Places.host("b") { $0.groupMembers = 1 }),
    Example(
      filter: .antiAffinity, request: Places.request { $0.group = Places.group(.antiAffinity) },
      bad: Places.host("a") { $0.groupMembers = 1 }, reason: "ServerGroupAntiAffinityFilter: a (1 of 1)",
      good: Places.host("b")),
    Example(
      filter: .antiAffinity, request: Places.request { $0.group = Places.group(.antiAffinity, most: 3) },
      bad: Places.host("a") { $0.groupMembers = 3 }, reason: "ServerGroupAntiAffinityFilter: a (3 of 3)",
      good: Places.host("b") { $0.groupMembers = 2 }),
    Example(
      filter: .resources, request: Places.request(), bad: Places.host("a", used: 1000),
      reason: "Resources: a (24 MB of memory free of 128 wanted)", good: Places.host("b", used: 896)),
    Example(
      filter: .resources, request: Places.request(), bad: Places.host("a", vcpus: 1, usedVCPUs: 16),
      reason: "Resources: a (0 vCPUs free of 1 wanted)", good: Places.host("b", vcpus: 1, usedVCPUs: 15)),
    Example(
      filter: .resources, request: Places.request(disk: 15), bad: Places.host("a"),
      reason: "Resources: a (10 GB of disk free of 15 wanted)",
      good: Places.host("b", ["disk_allocation_ratio": "1.5"])),
    Example(
      filter: .resources, request: Places.request(vcpus: 3, memory: 1500),
      bad: Places.host("a", ["cpu_allocation_ratio": "1", "ram_allocation_ratio": "0.5"]),
      reason: "Resources: a (2 vCPUs free of 3 wanted, 512 MB of memory free of 1500 wanted)",
      good: Places.host("b", ["ram_allocation_ratio": "2"])),
  ]

  @Test("a filter removes a host with a reason, and lets another one pass", arguments: examples)
  func filters(_ example: Example) {
    let policy = SchedulingPolicy()
    func choose(_ hosts: HostCandidate...) -> SchedulingChoice {
      policy.choose(example.request, among: hosts, at: Places.now)
    }
    if example.filter != .affinity { #expect(choose(example.bad) == .noValidHost(reason: example.reason)) }
    #expect(choose(example.good) == .host(example.good.node.host))
    #expect(choose(example.bad, example.good) == .host(example.good.node.host))
  }

  @Test("every filter has an example")
  func complete() {
    #expect(Set(Self.examples.map(\.filter)) == Set(HostFilter.allCases))
  }

  @Test("the first member of an affinity group goes anywhere, the next ones where there is room beside it")
  func affinity() {
    let request = Places.request { $0.group = Places.group(.affinity) }
    let policy = SchedulingPolicy()
    #expect(policy.choose(request, among: [Places.host("a")], at: Places.now) == .host("a"))
    let full = Places.host("a", used: 1000) { $0.groupMembers = 1 }
    #expect(
      policy.choose(request, among: [full, Places.host("b")], at: Places.now)
        == .noValidHost(
          reason: "ServerGroupAffinityFilter: b; Resources: a (24 MB of memory free of 128 wanted)"))
  }

  @Test("an administrator who names a host with a zone is held up by nothing but life and room")
  func forced() {
    let request = Places.request {
      $0.requestedHost = "a"
      $0.isForced = true
      $0.zone = "z9"
      $0.group = Places.group(.antiAffinity)
    }
    let policy = SchedulingPolicy()
    let host = Places.host("a", ["filter_tenant_id": "p9"]) { $0.groupMembers = 1 }
    #expect(policy.choose(request, among: [host], at: Places.now) == .host("a"))
    var disabled = host
    disabled.node.isEnabled = false
    #expect(
      policy.choose(request, among: [disabled], at: Places.now) == .noValidHost(reason: "ComputeFilter: a (disabled)"))
  }

  @Test("of many hosts a reason names a handful and counts the others")
  func manyHosts() {
    let hosts = (0..<40).map { number in
      Places.host("h\(10 + number)") { if number < 30 { $0.node.isEnabled = false } else { $0.node.vcpus = 0 } }
    }
    #expect(
      SchedulingPolicy().choose(Places.request(), among: hosts, at: Places.now)
        == .noValidHost(
          reason: "ComputeFilter: h10 (disabled), h11 (disabled), h12 (disabled), h13 (disabled), h14 (disabled) and "
            + "25 more; Resources: h40 (0 vCPUs free of 1 wanted), h41 (0 vCPUs free of 1 wanted), "
            + "h42 (0 vCPUs free of 1 wanted), h43 (0 vCPUs free of 1 wanted), h44 (0 vCPUs free of 1 wanted) and 5 more"
        ))
    #expect(
      SchedulingPolicy().choose(Places.request(), among: [], at: Places.now)
        == .noValidHost(reason: "no compute host has ever reported"))
  }
}
