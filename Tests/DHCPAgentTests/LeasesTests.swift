import HostRPC
import Model
import Testing

@testable import DHCPAgent

@Suite("Leases")
struct LeasesTests {
  static let subnets: [DHCPSubnet] = [.v4(), .v6(address: .dhcpv6Stateful)]
  static let known = LeasesFile(
    """
    1795400000 fa:16:3e:00:00:0a 10.20.30.5 host-10-20-30-5 01:fa:16:3e:00:00:0a
    1795400000 fa:16:3e:00:00:0b 10.20.30.9 * *
    duid 00:01:00:01
    1795400000 4096 fd00:20::5 host-fd00-20--5 00:03:00:01:fa:16:3e:00:00:0a
    1795400000 4097 fd00:20::9 * 00:03:00:01:fa:16:3e:00:00:0b
    what is this

    """)

  @Test("one that starts knows every port's IPv4 address, and the IPv6 leases that are still somebody's")
  func initialLeases() {
    let served = ServedNetwork.with(Self.subnets, [.port("a", [("4", "10.20.30.5"), ("6", "fd00:20::5")])])
    #expect(
      served.initialLeases(Self.known) == """
        duid 00:01:00:01
        0 fa:16:3e:00:00:0a 10.20.30.5 * *
        1795400000 4096 fd00:20::5 host-fd00-20--5 00:03:00:01:fa:16:3e:00:00:0a

        """)
    #expect(ServedNetwork.with([.v4()]).initialLeases(LeasesFile()) == "")
  }

  @Test("a lease is stale when its address is nobody's, or another port's")
  func staleLeases() {
    let a = DHCPPort.port("a", [("4", "10.20.30.5"), ("6", "fd00:20::5")])
    func stale(_ ports: [DHCPPort], reserved: [IPAddress: MACAddress] = [:]) -> [String] {
      ServedNetwork.with(Self.subnets, ports).staleLeases(Self.known, reserved: reserved).map { "\($0.address)" }
    }
    #expect(stale([a]) == ["10.20.30.9", "fd00:20::9"])
    #expect(stale([]) == ["10.20.30.5", "10.20.30.9", "fd00:20::5", "fd00:20::9"])
    let b = DHCPPort.port("b", [("4", "10.20.30.9"), ("6", "fd00:20::9")])
    #expect(stale([a, b]) == [])
    // b's addresses are given to another: the MAC address of the IPv6 lease is known from the reservations before.
    let c = DHCPPort.port("c", [("4", "10.20.30.9"), ("6", "fd00:20::9")])
    #expect(stale([a, c]) == ["10.20.30.9"])
    let reserved = reservations(ofHostsFile: ServedNetwork.with(Self.subnets, [a, b]).hostsFile)
    #expect(stale([a, c], reserved: reserved) == ["10.20.30.9", "fd00:20::9"])
  }

  @Test("a release says what the guest would say")
  func releases() throws {
    let v4 = try #require(
      ReleaseMessage(Self.known.leases[0], server: IPAddress("10.20.30.2"), serverID: Self.known.serverID))
    #expect(v4.destination == IPAddress("10.20.30.2"))
    #expect(v4.port == 67)
    #expect(Array(v4.bytes[12..<16]) == [10, 20, 30, 5])
    #expect(Array(v4.bytes[28..<34]) == [0xfa, 0x16, 0x3e, 0, 0, 0x0a])
    #expect(
      Array(v4.bytes[236...]) == [
        99, 130, 83, 99, 53, 1, 7, 54, 4, 10, 20, 30, 2, 61, 7, 1, 0xfa, 0x16, 0x3e, 0, 0, 0x0a, 255,
      ])
    let v6 = try #require(ReleaseMessage(Self.known.leases[2], server: nil, serverID: Self.known.serverID))
    #expect(v6.destination == IPAddress("ff02::1:2"))
    #expect(v6.port == 547)
    #expect(v6.bytes[0] == 8)
    #expect(Array(v6.bytes[4..<8]) == [0, 1, 0, 10])
    #expect(ReleaseMessage(Self.known.leases[0], server: nil, serverID: nil) == nil)
    #expect(ReleaseMessage(Self.known.leases[2], server: nil, serverID: nil) == nil)
  }
}
