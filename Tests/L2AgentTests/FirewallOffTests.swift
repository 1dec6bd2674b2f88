import HostRPC
import L2Agent
import Model
import Netlink
import Testing

@Suite("An agent that is to filter nothing", .timeLimit(.minutes(1)))
struct FirewallOffTests {
  @Test("it wires the ports that have security, and asks nothing of nftables")
  func off() async throws {
    var bench = try Bench()
    bench.configuration.enableSecurityGroup = false
    var port = DeviceDetails.port("00000001")
    port.portSecurityEnabled = true
    let tap = try bench.make(port.device)
    try await bench.withAgent(FakeServer([port])) { calls in
      #expect(await calls.next() == .details([tap.name]))
      #expect(await calls.next() == .up(tap.name))
      let bridge = try bench.bridge(of: tap.name)
      #expect(bridge == "brqdb3e1ed8-b9")
    }
    let (code, output) = try run("nft", "list", "tables", in: bench.namespace)
    #expect(code == 0 && output.isEmpty, "\(output)")
  }
}
