import Model
import Testing

@Suite("Segments")
struct SegmentTests {
  @Test("ranges that overlap or touch are one")
  func joined() {
    let cases: [(ranges: [ClosedRange<Int>], joined: [ClosedRange<Int>])] = [
      ([], []), ([5...9], [5...9]), ([5...9, 1...3], [1...3, 5...9]), ([1...3, 4...9], [1...9]),
      ([1...9, 3...4], [1...9]), ([7...9, 1...7, 12...12], [1...9, 12...12]),
    ]
    for test in cases { #expect(test.ranges.joined == test.joined) }
  }

  @Test("what is left of ranges has everything but what is taken, whatever lies outside")
  func without() {
    let cases: [(ranges: [ClosedRange<Int>], taken: [Int], left: [ClosedRange<Int>])] = [
      ([], [1], []), ([1...3], [], [1...3]), ([1...3], [1, 2, 3], []), ([1...3], [2], [1...1, 3...3]),
      ([1...3], [1], [2...3]), ([1...3], [3], [1...2]), ([1...3], [0, 4], [1...3]),
      ([1...3, 7...9], [2, 5, 7, 9, 11], [1...1, 3...3, 8...8]), ([5...5], [5], []),
    ]
    for test in cases { #expect(test.ranges.without(test.taken) == test.left, "\(test)") }
  }

  @Test("a number at random is one of the ranges', and each can be it")
  func random() {
    var generator = SystemRandomNumberGenerator()
    let ranges = [3...4, 9...9]
    let numbers = Set((0..<500).compactMap { _ in ranges.randomNumber(using: &generator) })
    #expect(numbers == [3, 4, 9])
    #expect([ClosedRange<Int>]().randomNumber(using: &generator) == nil)
  }

  @Test("the MTU is what the physical network lets through, less what tunnels add")
  func mtu() {
    struct Case {
      var mtu: SegmentMTU
      var type: NetworkType
      var physicalNetwork: String?
      var largest: Int
    }
    let jumbo = SegmentMTU(physical: 9000, physicalNetworks: ["slow": 1400, "fast": 9100], path: 1500)
    let cases = [
      Case(mtu: SegmentMTU(), type: .local, largest: 1500), Case(mtu: SegmentMTU(), type: .vlan, largest: 1500),
      Case(mtu: SegmentMTU(), type: .vxlan, largest: 1450),
      Case(mtu: SegmentMTU(overlayIPVersion: .v6), type: .vxlan, largest: 1430),
      Case(mtu: jumbo, type: .local, largest: 9000), Case(mtu: jumbo, type: .vxlan, largest: 1450),
      Case(mtu: jumbo, type: .flat, physicalNetwork: "slow", largest: 1400),
      Case(mtu: jumbo, type: .vlan, physicalNetwork: "fast", largest: 9000),
      Case(mtu: jumbo, type: .vlan, physicalNetwork: "other", largest: 9000),
      Case(mtu: SegmentMTU(physical: 1500, path: 9000), type: .vxlan, largest: 1450),
    ]
    for test in cases {
      let largest = test.mtu.largest(on: test.type, physicalNetwork: test.physicalNetwork)
      #expect(largest == test.largest, "\(test)")
    }
  }

  @Test("a segment is judged by its kind's rules, in Neutron's words")
  func requests() {
    var plan = SegmentPlan()
    plan.flatNetworks = ["flat1"]
    plan.vlans = [.init(physicalNetwork: "physnet1", ranges: [100...199])]
    func fault(_ type: String?, _ physicalNetwork: String? = nil, _ number: Int? = nil) -> String {
      let wanted = SegmentRequest(networkType: type, physicalNetwork: physicalNetwork, segmentationID: number)
      do {
        let segment = try plan.checked(wanted)
        #expect(segment.type.rawValue == type)
        return ""
      } catch { return error.description }
    }
    #expect(fault(nil, "physnet1") == "network_type required")
    #expect(fault("gre") == "network_type value 'gre' not supported")
    #expect(fault("") == "network_type value '' not supported")
    #expect(fault("local") == "")
    #expect(fault("local", "physnet1") == "physical_network prohibited for local provider network")
    #expect(fault("local", nil, 5) == "segmentation_id prohibited for local provider network")
    #expect(fault("flat", "flat1") == "")
    #expect(fault("flat") == "physical_network required for flat provider network")
    #expect(fault("flat", "") == "physical_network required for flat provider network")
    #expect(fault("flat", "other") == "physical_network 'other' unknown for flat provider network")
    #expect(fault("flat", "flat1", 5) == "segmentation_id prohibited for flat provider network")
    #expect(fault("vlan") == "")
    #expect(fault("vlan", "physnet1") == "")
    #expect(fault("vlan", "physnet1", 4094) == "")
    #expect(fault("vlan", "other", 5) == "physical_network 'other' unknown for VLAN provider network")
    #expect(fault("vlan", nil, 5) == "segmentation_id requires physical_network for VLAN provider network")
    for number in [0, 4095, -1] {
      #expect(fault("vlan", "physnet1", number) == "segmentation_id out of range (1 through 4094)")
    }
    #expect(fault("vxlan") == "")
    #expect(fault("vxlan", nil, 16_777_215) == "")
    #expect(fault("vxlan", nil, 16_777_216) == "segmentation_id out of range (1 through 16777215)")
    #expect(fault("vxlan", "physnet1") == "provider:physical_network specified for vxlan network")
    plan.flatNetworks = []
    #expect(fault("flat", "flat1") == "Flat provider networks are disabled")
    plan.flatNetworks = nil
    #expect(fault("flat", "any") == "")
    plan.types.remove(.vlan)
    #expect(fault("vlan", "physnet1", 7) == "network_type value 'vlan' not supported")
  }

  @Test("a network that names no kind is tried as each in turn, an external one as its own kind if there is one")
  func typesTried() {
    var plan = SegmentPlan()
    plan.tenantTypes = [.vxlan, .vlan]
    #expect(plan.typesTried(isExternal: true) == [.vxlan, .vlan])
    plan.externalType = .vlan
    #expect(plan.typesTried(isExternal: true) == [.vlan])
    #expect(plan.typesTried(isExternal: false) == [.vxlan, .vlan])
  }

  @Test("pools are those of the physical network that is named, or all in their order")
  func pools() {
    var plan = SegmentPlan()
    plan.vlans = [
      .init(physicalNetwork: "b", ranges: [5...9, 1...4]), .init(physicalNetwork: "a", ranges: [100...100]),
    ]
    #expect(plan.pools(of: .vlan).map(\.physicalNetwork) == ["b", "a"])
    #expect(
      plan.pools(of: .vlan, physicalNetwork: "a") == [
        SegmentPool(type: .vlan, physicalNetwork: "a", ranges: [100...100])
      ])
    #expect(plan.pools(of: .vlan).first?.ranges == [1...9])
    #expect(plan.pools(of: .flat).isEmpty)
    #expect(plan.pools(of: .vxlan) == [SegmentPool(type: .vxlan, ranges: [1...16_777_215])])
  }
}
