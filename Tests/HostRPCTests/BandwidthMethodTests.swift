import HostRPC
import JSON
import Model
import Testing

@Suite("Limits in device details")
struct BandwidthMethodTests {
  private let captured: JSONValue = [
    "device": "tapdcd2dea6-23", "network_id": "db3e1ed8-b972-42bd-9301-71ab3d77a68f",
    "port_id": "dcd2dea6-2324-4dd1-9ccc-235ecb3b104d", "mac_address": "fa:16:3e:94:a7:1f", "admin_state_up": true,
    "network_type": "local", "segmentation_id": nil, "physical_network": nil, "mtu": 1450, "fixed_ips": [],
    "device_owner": "compute:nova", "allowed_address_pairs": [], "port_security_enabled": false,
    "qos_policy_id": "93a62b42-9c6e-4b1f-9b4c-2b1b1f0e9d11", "qos_network_policy_id": nil, "profile": [:],
    "propagate_uplink_status": false,
  ]

  private func details(_ rules: JSONValue?) throws -> DeviceDetails {
    var object = try #require(captured.object)
    object["qos_rules"] = rules
    let result = try GetDevicesDetailsList.Result(json: [.object(object)])
    guard case .details(let details)? = result.devices.first else { throw CancellationError() }
    return details
  }

  @Test("limits travel as rules, and none as nothing")
  func roundTrip() throws {
    let limits = PortBandwidth(
      ingress: BandwidthLimit(maxKbps: 1000, maxBurstKbps: 80), egress: BandwidthLimit(maxKbps: 2000))
    for bandwidth in [limits, PortBandwidth(egress: limits.egress), PortBandwidth()] {
      var sent = try details(nil)
      #expect(sent.qosPolicyID?.description == "93a62b42-9c6e-4b1f-9b4c-2b1b1f0e9d11" && sent.qosNetworkPolicyID == nil)
      sent.bandwidth = bandwidth
      let json = GetDevicesDetailsList.Result([.details(sent)]).json
      #expect((json.array?.first?["qos_rules"] == nil) == (bandwidth == PortBandwidth()))
      #expect(try GetDevicesDetailsList.Result(json: json).devices == [.details(sent)])
    }
  }

  @Test("a rule of another type is left out, and one that is none is refused")
  func otherRules() throws {
    let mark: JSONValue = ["type": "dscp_marking", "dscp_mark": 8]
    let limit: JSONValue = ["type": "bandwidth_limit", "direction": "ingress", "max_kbps": 5]
    #expect(try details([mark, limit]).bandwidth == PortBandwidth(ingress: BandwidthLimit(maxKbps: 5)))
    let wrong: [JSONValue] = [["type": "bandwidth_limit", "direction": "up", "max_kbps": 5], ["max_kbps": 5]]
    for rule in wrong { #expect(throws: MalformedBody.self) { try details([rule]) } }
  }
}
