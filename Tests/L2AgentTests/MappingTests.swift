import L2Agent
import Model
import Netlink
import Testing

@Suite("Mappings and names")
struct MappingTests {
  @Test("pairs are read with blanks around them, and empty elements are skipped")
  func wellFormed() throws {
    #expect(try parseMappings([" physnet1:eth1 ", "", "physnet2 : eth2"]) == ["physnet1": "eth1", "physnet2": "eth2"])
    #expect(try parseMappings([]).isEmpty)
  }

  @Test(
    "every mistake is refused in upstream's words",
    arguments: [
      (["physnet1"], "Invalid mapping: 'physnet1'"),
      (["a:b:c"], "Invalid mapping: 'a:b:c'"),
      ([":eth1"], "Missing key in mapping: ':eth1'"),
      (["physnet1:"], "Missing value in mapping: 'physnet1:'"),
      (["p1:eth1", "p1:eth2"], "Key p1 in mapping: 'p1:eth2' not unique"),
      (["p1:eth1", "p2:eth1"], "Value eth1 in mapping: 'p2:eth1' not unique"),
    ])
  func mistakes(pairs: [String], words: String) {
    let error = #expect(throws: MappingError.self) { try parseMappings(pairs) }
    #expect(error?.description == words)
  }

  @Test("names are upstream's")
  func names() throws {
    let id = try #require(UUID("dcd2dea6-2324-4dd1-9ccc-235ecb3b104d"))
    #expect(InterfaceName.bridge(of: id) == "brqdcd2dea6-23")
    #expect(InterfaceName.tap(of: id) == "tapdcd2dea6-23")
    #expect(InterfaceName.vxlan(723) == "vxlan-723")
    #expect(InterfaceName.isBridge("brqdcd2dea6-23"))
    #expect(!InterfaceName.isBridge("br0") && !InterfaceName.isBridge("brq-office-lan"))
  }

  @Test("the agent's id is made from a mapped bridge, else hardware, else any address, else the host's name")
  func identifiers() {
    let lo = Link(index: 1, name: "lo", mac: 0, isLoopback: true)
    let tap = Link(index: 2, name: "tap0", mac: 0x1111_1111_1111, kind: "tun")
    let dummy = Link(index: 3, name: "d0", mac: 0x0000_0000_00D0, kind: "dummy")
    let eth0 = Link(index: 4, name: "eth0", mac: 0x5241_7475_BA72)
    let bridge = Link(index: 5, name: "br-ex", mac: 0x0000_0000_00BE, kind: "bridge")
    func id(_ links: Link..., mappings: [String: String] = [:]) -> String {
      agentID(host: "h", links: LinkTable(links), bridgeMappings: mappings)
    }
    #expect(id(lo, tap, dummy, eth0, bridge) == "lb52417475ba72")
    #expect(id(lo, tap, dummy, eth0, bridge, mappings: ["p": "br-ex"]) == "lb0000000000be")
    #expect(id(lo, tap, dummy) == "lb0000000000d0")
    #expect(id(lo, tap) == id(lo))
    #expect(id(lo).count == 14)
  }
}
