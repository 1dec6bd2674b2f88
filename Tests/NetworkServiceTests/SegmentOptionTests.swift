import Model
import NetworkService
import Testing

@Suite("Options of the kinds of network")
struct SegmentOptionTests {
  @Test("VLANs are read with their physical networks in their order, a name alone being all of them")
  func vlans() throws {
    let vlans = try SegmentOptions.vlans(["b:100:199", "a", "b:200:209", "b:1:5"])
    #expect(
      vlans == [
        .init(physicalNetwork: "b", ranges: [1...5, 100...209]), .init(physicalNetwork: "a", ranges: [1...4094]),
      ])
    for wrong in ["", ":1:2", "a:1", "a:1:2:3", "a:0:5", "a:1:4095", "a:5:1", "a:x:5", "a:-1:5"] {
      #expect(throws: SegmentOptions.Fault.self, "\(wrong)") { _ = try SegmentOptions.vlans([wrong]) }
    }
  }

  @Test("VNIs are read as ranges")
  func vnis() throws {
    #expect(try SegmentOptions.vniRanges(["100:199", "1: 99", "300:300"]) == [1...199, 300...300])
    for wrong in ["", "1", "0:5", "5:4", "1:16777216", "a:b", "1:2:3", "1-5"] {
      #expect(throws: SegmentOptions.Fault.self, "\(wrong)") { _ = try SegmentOptions.vniRanges([wrong]) }
    }
  }

  @Test("kinds, flat networks and MTUs are read, and what means nothing is refused with a sentence")
  func others() throws {
    #expect(try SegmentOptions.types(["vlan", "vxlan", "vlan"]) == [.vlan, .vxlan])
    do {
      _ = try SegmentOptions.types(["gre"])
      Issue.record("gre was taken")
    } catch { #expect(error.description == "'gre' is none of local, flat, vlan, vxlan") }
    #expect(SegmentOptions.flatNetworks(["*"]) == nil)
    #expect(SegmentOptions.flatNetworks([]) == [])
    #expect(SegmentOptions.flatNetworks(["a", "b"]) == ["a", "b"])
    #expect(try SegmentOptions.mtus(["a:9000", "b:1400"]) == ["a": 9000, "b": 1400])
    for wrong in ["a", "a:", ":1500", "a:67", "a:65536", "a:x", "a:1:2"] {
      #expect(throws: SegmentOptions.Fault.self, "\(wrong)") { _ = try SegmentOptions.mtus([wrong]) }
    }
    #expect(throws: SegmentOptions.Fault.self) { _ = try SegmentOptions.mtus(["a:1500", "a:1400"]) }
  }

  @Test("options that contradict each other are refused")
  func contradictions() {
    var plan = SegmentPlan()
    #expect(SegmentOptions.fault(ofTypesOf: plan) == nil && SegmentOptions.fault(ofMTUsOf: plan) == nil)
    plan.types = [.local, .flat]
    #expect(SegmentOptions.fault(ofTypesOf: plan)?.description == "'vxlan' is none of the type_drivers")
    plan.tenantTypes = [.local]
    #expect(SegmentOptions.fault(ofTypesOf: plan) == nil)
    plan.externalType = .vlan
    #expect(SegmentOptions.fault(ofTypesOf: plan) != nil)
    plan = SegmentPlan()
    plan.mtu.path = 117
    #expect(SegmentOptions.fault(ofMTUsOf: plan) != nil)
    plan.mtu.path = 118
    #expect(SegmentOptions.fault(ofMTUsOf: plan) == nil)
  }
}
