import Model
import Testing

@Suite("IP addresses and prefixes")
struct IPAddressTests {
  @Test(
    "an IPv6 address reads every form of RFC 4291 and writes the one of RFC 5952",
    arguments: [
      ("::", "::"), ("::1", "::1"), ("0:0:0:0:0:0:0:1", "::1"),
      ("2001:DB8::8:800:200C:417A", "2001:db8::8:800:200c:417a"),
      ("2001:db8:0:0:0:0:0:0", "2001:db8::"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1::8", "1::8"),
      // One group of zeros is not shortened, of two runs as long the first is, and the longer one before the first.
      ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:1:1", "2001::1:0:0:1:1"),
      ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("1:0:0:2:3:4:5:6", "1::2:3:4:5:6"),
      ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
      ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("1:2:3:4:5:6::", "1:2:3:4:5:6::"), ("fe80::0001", "fe80::1"),
      ("::ffff:10.0.0.1", "::ffff:10.0.0.1"), ("::FFFF:0a00:0001", "::ffff:10.0.0.1"),
      ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
      ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ])
  func readsIPv6(text: String, canonical: String) throws {
    let address = try #require(IPv6Address(text))
    #expect(address.description == canonical)
    #expect(IPv6Address(address.description) == address)
    #expect(IPAddress(text) == .v6(address))
  }

  @Test(
    "what is no IPv6 address is refused",
    arguments: [
      "", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1::2::3",
      "::1::",
      ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:", ":1::2", "1::2:", "12345::", "::g", "::1 ", " ::1", "::1%eth0", "::1/64",
      "1.2.3.4::", "::1.2.3", "::1.2.3.4.5", "::01.2.3.4", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "::256.1.1.1",
      "::1\0",
      "0000000000000000000000000000000000000000000000::",
    ])
  func refusesIPv6(text: String) {
    #expect(IPv6Address(text) == nil)
    #expect(IPAddress(text) == nil)
  }

  @Test("an address knows its version, its number and its place in the order")
  func addresses() throws {
    let four = try #require(IPAddress("10.0.0.1"))
    let six = try #require(IPAddress("::a00:1"))
    #expect(four.version == .v4 && six.version == .v6 && four.bits == six.bits && four != six)
    #expect(four < six && !(six < four))
    #expect(IPAddress(version: .v4, bits: 0x0A00_0001) == four && IPAddress(version: .v6, bits: 0x0A00_0001) == six)
    #expect(try #require(IPAddress("2001:db8::")) < #require(IPAddress("2001:db8::1")))
    #expect(IPAddress("010.0.0.1") == nil && IPAddress("10.0.0") == nil)
  }

  @Test(
    "the interface identifier of a MAC address is its modified EUI-64",
    arguments: [
      ("34:56:78:9a:bc:de", "2001:db8::", "2001:db8::3656:78ff:fe9a:bcde"),
      ("fa:16:3e:5b:95:3c", "fd00:1::7", "fd00:1::f816:3eff:fe5b:953c"),
      ("00:00:00:00:00:00", "fe80::", "fe80::200:ff:fe00:0"),
    ])
  func eui64(mac: String, prefix: String, expected: String) throws {
    let address = IPv6Address(
      prefix: try #require(IPv6Address(prefix)), eui64: try #require(MACAddress(mac)))
    #expect(address.description == expected)
  }

  @Test("link-local addresses are told from others")
  func linkLocal() throws {
    for (text, isLinkLocal) in [("fe80::1", true), ("febf::1", true), ("fec0::1", false), ("2001:db8::", false)] {
      #expect(try #require(IPv6Address(text)).isLinkLocal == isLinkLocal, "\(text)")
    }
  }

  @Test(
    "a prefix clears its host bits, and knows its last address",
    arguments: [
      ("10.101.7.9/22", "10.101.4.0/22", "10.101.7.255"), ("0.0.0.0/0", "0.0.0.0/0", "255.255.255.255"),
      ("10.0.0.1/32", "10.0.0.1/32", "10.0.0.1"),
      ("2001:DB8:0::1/64", "2001:db8::/64", "2001:db8::ffff:ffff:ffff:ffff"),
      ("2001:db8::1/127", "2001:db8::/127", "2001:db8::1"), ("::1/128", "::1/128", "::1"),
      ("1::/0", "::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ])
  func networks(text: String, canonical: String, last: String) throws {
    let network = try #require(IPNetwork(text))
    #expect(network.description == canonical && network.last.description == last)
    #expect(network.contains(network.address) && network.contains(network.last))
    #expect(network.overlaps(network) && network.contains(network))
  }

  @Test(
    "what is no prefix is refused",
    arguments: [
      "", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/24/1", "::/129", "::/+1", "::", "/64",
      "::/0064",
    ])
  func refusesNetworks(text: String) { #expect(IPNetwork(text) == nil) }

  @Test(
    "prefixes overlap if they share an address",
    arguments: [
      ("10.0.0.0/24", "10.0.0.128/25", true), ("10.0.0.0/24", "10.0.1.0/24", false), ("::/0", "10.0.0.0/8", false),
      ("2001:db8::/32", "2001:db8:1::/48", true), ("2001:db8::/48", "2001:db8:1::/48", false),
    ])
  func overlaps(one: String, other: String, expected: Bool) throws {
    let (one, other) = (try #require(IPNetwork(one)), try #require(IPNetwork(other)))
    #expect(one.overlaps(other) == expected && other.overlaps(one) == expected)
    #expect(one.contains(other) == expected && !other.contains(one))
  }

  @Test("a subnet's default pools are its hosts without the gateway")
  func defaultPools() throws {
    let cases: [(cidr: String, gateway: String?, pools: [String])] = [
      ("10.0.0.0/24", "10.0.0.1", ["10.0.0.2-10.0.0.254"]), ("10.0.0.0/24", nil, ["10.0.0.1-10.0.0.254"]),
      ("10.0.0.0/24", "10.0.0.254", ["10.0.0.1-10.0.0.253"]),
      ("10.0.0.0/24", "10.0.0.100", ["10.0.0.1-10.0.0.99", "10.0.0.101-10.0.0.254"]),
      ("10.0.0.0/24", "192.168.0.1", ["10.0.0.1-10.0.0.254"]), ("10.0.0.0/30", "10.0.0.1", ["10.0.0.2-10.0.0.2"]),
      ("10.0.0.0/31", "10.0.0.0", ["10.0.0.1-10.0.0.1"]), ("10.0.0.5/32", "10.0.0.5", ["10.0.0.5-10.0.0.5"]),
      ("0.0.0.0/0", nil, ["0.0.0.1-255.255.255.254"]),
      ("2001:db8::/64", "2001:db8::1", ["2001:db8::2-2001:db8::ffff:ffff:ffff:ffff"]),
      ("2001:db8::/64", nil, ["2001:db8::1-2001:db8::ffff:ffff:ffff:ffff"]),
      ("2001:db8::/64", "fe80::1", ["2001:db8::1-2001:db8::ffff:ffff:ffff:ffff"]),
      ("2001:db8::/126", "2001:db8::2", ["2001:db8::1-2001:db8::1", "2001:db8::3-2001:db8::3"]),
      ("2001:db8::/127", nil, ["2001:db8::1-2001:db8::1"]), ("2001:db8::/127", "2001:db8::1", []),
      ("2001:db8::/128", "2001:db8::", ["2001:db8::-2001:db8::"]),
    ]
    for test in cases {
      let network = try #require(IPNetwork(test.cidr))
      let pools = network.defaultPools(without: test.gateway.flatMap { IPAddress($0) })
      #expect(pools.map { "\($0.first)-\($0.last)" } == test.pools, "\(test.cidr) \(test.gateway ?? "-")")
    }
  }

  @Test("a pool knows its size, its addresses and its neighbours")
  func pool() throws {
    func pool(_ first: UInt128, _ last: UInt128, _ version: IPVersion = .v4) -> AllocationPool {
      AllocationPool(first: IPAddress(version: version, bits: first), last: IPAddress(version: version, bits: last))
    }
    #expect(pool(10, 19).count == 10 && pool(0, .max, .v6).count == .max && pool(1, .max, .v6).count == .max)
    #expect(try #require(IPNetwork("2001:db8::/64")).addresses.count == 1 << 64)
    #expect(pool(10, 19).contains(IPAddress(version: .v4, bits: 10)))
    #expect(pool(10, 19).contains(IPAddress(version: .v4, bits: 19)))
    #expect(!pool(10, 19).contains(IPAddress(version: .v4, bits: 20)))
    #expect(!pool(10, 19).contains(IPAddress(version: .v6, bits: 15)))
    #expect(pool(10, 19).overlaps(pool(19, 30)) && !pool(10, 19).overlaps(pool(20, 30)))
    #expect(pool(10, 19).without(IPAddress(version: .v4, bits: 12)) == [pool(10, 11), pool(13, 19)])
    #expect(pool(10, 10).without(IPAddress(version: .v4, bits: 10)) == [])
  }
}
