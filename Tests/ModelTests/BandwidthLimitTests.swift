import Model
import Testing

@Suite("Bandwidth limits")
struct BandwidthLimitTests {
  @Test(
    "a burst is what was asked for, 80 % of the rate if nothing was, and never less than a packet",
    arguments: [
      (1000, 0, 100_000), (1000, 400, 50_000), (8, 0, 1518), (1000, 1, 1518), (0, 0, 1518),
      (2_147_483_647, 0, 214_748_364_625),
    ])
  func burst(rate: Int, burst: Int, bytes: Int) {
    #expect(BandwidthLimit(maxKbps: rate, maxBurstKbps: burst).burstBytes(mtu: 1500) == bytes)
  }

  @Test("a kilobit has 1000 bits")
  func rate() {
    #expect(BandwidthLimit(maxKbps: 1000).bytesPerSecond == 125_000)
  }

  @Test("a policy's rules come to one limit a direction, and a rate of 0 to none")
  func rules() {
    func rule(_ rate: Int, _ direction: TrafficDirection) -> QoSBandwidthLimitRule {
      QoSBandwidthLimitRule(
        id: UUID(), policyID: UUID(), limit: BandwidthLimit(maxKbps: rate), direction: direction)
    }
    #expect(PortBandwidth([]) == PortBandwidth())
    #expect(PortBandwidth([rule(5, .egress), rule(0, .ingress)]) == PortBandwidth(egress: BandwidthLimit(maxKbps: 5)))
    #expect(
      PortBandwidth([rule(5, .egress), rule(6, .ingress)])
        == PortBandwidth(ingress: BandwidthLimit(maxKbps: 6), egress: BandwidthLimit(maxKbps: 5)))
  }

  @Test(
    "a port's policy is its own, else its network's unless it is the network's own port",
    arguments: [
      ("compute:nova", true), ("", true), ("network:dhcp", false), ("network:router_interface", false),
      ("neutron:LOADBALANCERV2", false), ("network:router_gateway", true), ("network:floatingip_agent_gateway", true),
    ])
  func effectivePolicy(owner: String, inherits: Bool) {
    let (own, networks) = (UUID(), UUID())
    var port = Port(
      id: UUID(), networkID: UUID(), projectID: "p", macAddress: MACAddress(bits: 0), deviceOwner: owner,
      qosNetworkPolicyID: networks, createdAt: Timestamp(microseconds: 1), updatedAt: Timestamp(microseconds: 1))
    #expect(port.effectiveQoSPolicyID == (inherits ? networks : nil))
    port.qosPolicyID = own
    #expect(port.effectiveQoSPolicyID == own)
  }
}
