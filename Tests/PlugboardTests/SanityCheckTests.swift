import L2Agent
import Model
import Netlink
import Testing

@testable import plugboard

@Suite("What sanity-check finds")
struct SanityCheckTests {
  private var agent: AgentConfiguration {
    var agent = AgentConfiguration(host: "compute1")
    agent.interfaceMappings = ["physnet1": "eth1"]
    agent.bridgeMappings = ["external": "br-ex"]
    return agent
  }

  private func findings(_ links: [Link], physicalMTU: Int = 1500) -> [Finding] {
    HostCheck(agent, physicalMTU: physicalMTU).findings(links: LinkTable(links), addresses: [])
      .filter { $0.verdict == .bad }
  }

  @Test("an interface that is mapped has to be there, up, of the kind named, and as wide as the physical network")
  func mappings() {
    let eth1 = Link(index: 2, name: "eth1", isUp: true)
    let bridge = Link(index: 3, name: "br-ex", isUp: true, kind: "bridge")
    #expect(findings([eth1, bridge]).isEmpty)
    #expect(findings([bridge])[0].text.hasPrefix("Interface eth1 for physical network physnet1 does not exist"))
    #expect(findings([eth1])[0].text.hasPrefix("Bridge br-ex for physical network external does not exist"))
    #expect(findings([Link(index: 2, name: "eth1"), bridge])[0].text.contains("ip link set eth1 up"))
    #expect(findings([eth1, Link(index: 3, name: "br-ex", isUp: true)])[0].text.contains("is no bridge"))
    #expect(findings([eth1, bridge], physicalMTU: 9000).map(\.text).allSatisfy { $0.contains("mtu 9000") })
  }

  @Test("capabilities are read as the kernel writes them")
  func capabilities() {
    let check = PrivilegeCheck(status: "Name:\tx\nCapEff:\t0000000000001000\n")
    #expect(check.has(.netAdmin) && !check.has(.sysAdmin))
    #expect(PrivilegeCheck(status: "CapEff:\t0000000000000000\n").findings[0].verdict == .bad)
  }

  @Test("a clock may be two seconds off the server's, and not more")
  func clock() {
    #expect(ReachCheck.clock("u", offset: -1).verdict == .good)
    #expect(ReachCheck.clock("u", offset: -60).text.contains("behind"))
    #expect(ReachCheck.clock("u", offset: 60).text.contains("60 s ahead"))
    #expect(Timestamp(httpDate: "Sun, 06 Nov 1994 08:49:37 GMT") == Timestamp("1994-11-06T08:49:37Z"))
    #expect(Timestamp(httpDate: "yesterday") == nil)
  }

  @Test("the kernel's features are tried in a namespace of its own, and leave nothing")
  func kernel() async throws {
    let before = try NetlinkSocket().links().map(\.name).sorted()
    let findings = await KernelCheck(AgentConfiguration(host: "compute1")).findings()
    for subject in ["bridge", "tap", "vxlan", "nftables bridge family", "conntrack state in the mark"] {
      #expect(findings.contains { $0.subject == subject && $0.verdict == .good }, "\(findings)")
    }
    // A kernel without 802.1Q is no failure where no interface is mapped.
    #expect(findings.contains { $0.subject == "802.1Q" && $0.verdict != .bad })
    #expect(try NetlinkSocket().links().map(\.name).sorted() == before)
  }

  @Test("a file that cannot be read is the one finding")
  func unreadable() async {
    let findings = await SanityCheck.findings(configFiles: ["/nowhere/agent.ini"])
    #expect(findings.map(\.verdict) == [.bad])
  }
}
