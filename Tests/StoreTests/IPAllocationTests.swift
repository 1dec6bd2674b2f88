import Model
import SQLite
import Store
import Support
import Testing

@Suite("Handing out addresses", .timeLimit(.minutes(5)))
struct IPAllocationTests {
  @Test("what is free is kept true whatever is taken and given back, in both versions")
  func freeRanges() async throws {
    let fixture = try await AddressFixture()
    let port = try await fixture.port()
    for (cidr, pools) in [
      ("10.0.0.0/24", [("10.0.0.10", "10.0.0.29"), ("10.0.0.31", "10.0.0.40"), ("10.0.0.99", "10.0.0.99")]),
      // Across the halves of an address, and at the very end.
      ("2001:db8::/48", [("2001:db8::ffff:ffff:ffff:fff0", "2001:db8:0:1::f")]),
      (
        "ffff:ffff:ffff:ffff::/64",
        [("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
      ),
    ] {
      let subnet = try await fixture.subnet(cidr, pools: pools)
      let all = subnet.allocationPools.flatMap { pool in
        (0..<pool.count).map { IPAddress(version: pool.version, bits: pool.first.bits + $0) }
      }
      var free = Set(all)
      for round in 0..<300 {
        let address = try #require(all.randomElement())
        if round % 3 == 0, let subnet = try await fixture.store.read({ try $0.subnet(subnet.id) }) {
          let taken = try await fixture.store.write { transaction in
            var generator = SystemRandomNumberGenerator()
            return try transaction.allocateAddress(of: subnet, toPort: port, using: &generator)
          }
          if let taken {
            let wasFree = free.remove(taken) != nil
            #expect(wasFree)
          } else {
            #expect(free.isEmpty)
          }
        } else if free.contains(address) {
          #expect(try await fixture.store.write { try $0.allocate(address, of: subnet.id, toPort: port) })
          free.remove(address)
        } else {
          #expect(try await !fixture.store.write { try $0.allocate(address, of: subnet.id, toPort: port) })
          let fixedIP = FixedIP(subnetID: subnet.id, address: address)
          try await fixture.store.write { try $0.releaseAddresses([fixedIP], ofPort: port) }
          free.insert(address)
        }
        if round % 20 == 0 { #expect(try await fixture.freeRanges(subnet) == Self.ranges(free)) }
      }
      #expect(try await fixture.freeRanges(subnet) == Self.ranges(free))
    }
    // With the port go all its addresses.
    try await fixture.store.write { try $0.deletePort(port) }
    let left = try await fixture.store.read { try $0.rows("SELECT 1 FROM ip_allocations") { _ in 1 } }
    #expect(left == [])
    await fixture.store.close()
  }

  /// The addresses in ranges, which end where the upper half of an address does.
  private static func ranges(_ addresses: Set<IPAddress>) -> [String] {
    var ranges: [(IPAddress, IPAddress)] = []
    for address in addresses.sorted() {
      if let last = ranges.last, last.1.bits + 1 == address.bits, last.1.bits >> 64 == address.bits >> 64 {
        ranges[ranges.count - 1].1 = address
      } else {
        ranges.append((address, address))
      }
    }
    return ranges.map { "\($0.0)-\($0.1)" }
  }

  @Test("an address costs the same in a /16 that is nearly full as in an empty one, and a full one costs less")
  func cost() async throws {
    let fixture = try await AddressFixture()
    let port = try await fixture.port()
    func cost(of subnet: Subnet, expecting address: String?) async throws -> Int {
      try await fixture.store.write { transaction in
        var generator = SystemRandomNumberGenerator()
        let before = transaction.stepCount
        let found = try transaction.allocateAddress(of: subnet, toPort: port, using: &generator)
        if let address { #expect(found?.description == address) } else { #expect(found == nil) }
        return transaction.stepCount - before
      }
    }
    let small = try await fixture.subnet("10.1.0.0/24", pools: [("10.1.0.7", "10.1.0.7")])
    let reference = try await cost(of: small, expecting: "10.1.0.7")
    #expect(reference < 500)
    // Sixty-five thousand addresses, of which all but one are taken, then all.
    let large = try await fixture.subnet("10.2.0.0/16")
    try await fixture.fill(large, port: port, except: [0x0A02_8001])
    #expect(try await cost(of: large, expecting: "10.2.128.1") < 2 * reference)
    #expect(try await cost(of: large, expecting: nil) < reference)
    // Nine in ten taken, each tenth free: as scattered as can be.
    let scattered = try await fixture.subnet("10.3.0.0/16")
    try await fixture.fill(scattered, port: port, except: stride(from: 0x0A03_0001, to: 0x0A03_FFFF, by: 10).map { $0 })
    for _ in 0..<20 {
      let steps = try await fixture.store.write { transaction in
        var generator = SystemRandomNumberGenerator()
        let before = transaction.stepCount
        let found = try transaction.allocateAddress(of: scattered, toPort: port, using: &generator)
        #expect(found != nil)
        return transaction.stepCount - before
      }
      #expect(steps < 2 * reference)
    }
    await fixture.store.close()
  }

  @Test("giving addresses back costs the same however many others there are")
  func releaseCost() async throws {
    let fixture = try await AddressFixture()
    let port = try await fixture.port()
    var costs: [Int] = []
    for cidr in ["10.1.0.0/24", "10.2.0.0/16"] {
      let subnet = try await fixture.subnet(cidr)
      try await fixture.fill(subnet, port: port)
      let middle = IPAddress(version: .v4, bits: subnet.cidr.address.bits + 100)
      costs.append(
        try await fixture.store.write { transaction in
          let before = transaction.stepCount
          try transaction.releaseAddresses([FixedIP(subnetID: subnet.id, address: middle)], ofPort: port)
          return transaction.stepCount - before
        })
      #expect(try await fixture.freeRanges(subnet) == ["\(middle)-\(middle)"])
    }
    #expect(costs[1] < 2 * costs[0])
    await fixture.store.close()
  }

  @Test("new pools leave what is taken alone, and what is free is counted anew")
  func newPools() async throws {
    let fixture = try await AddressFixture()
    let port = try await fixture.port()
    var subnet = try await fixture.subnet("10.1.0.0/24", pools: [("10.1.0.10", "10.1.0.20")])
    for number in [10, 15, 20, 31, 50] {
      let address = try #require(IPAddress("10.1.0.\(number)"))
      let id = subnet.id
      let wasFree = try await fixture.store.write { try $0.allocate(address, of: id, toPort: port) }
      #expect(wasFree)
    }
    #expect(try await fixture.freeRanges(subnet) == ["10.1.0.11-10.1.0.14", "10.1.0.16-10.1.0.19"])
    for (pools, expected) in [
      ([("10.1.0.15", "10.1.0.31")], ["10.1.0.16-10.1.0.19", "10.1.0.21-10.1.0.30"]),
      ([("10.1.0.40", "10.1.0.60"), ("10.1.0.20", "10.1.0.20")], ["10.1.0.40-10.1.0.49", "10.1.0.51-10.1.0.60"]),
      ([], []),
      (
        [("10.1.0.1", "10.1.0.254")],
        [
          "10.1.0.1-10.1.0.9", "10.1.0.11-10.1.0.14", "10.1.0.16-10.1.0.19", "10.1.0.21-10.1.0.30",
          "10.1.0.32-10.1.0.49", "10.1.0.51-10.1.0.254",
        ]
      ),
    ] as [([(String, String)], [String])] {
      subnet.allocationPools = try pools.map { try AddressFixture.pool($0.0, $0.1) }
      let changed = subnet
      try await fixture.store.write { try $0.update(changed, hasNewPools: true) }
      #expect(try await fixture.freeRanges(subnet) == expected)
    }
    await fixture.store.close()
  }

  @Test("a pool of more addresses than anybody uses has no more than two free ranges")
  func hugePool() async throws {
    let fixture = try await AddressFixture()
    let port = try await fixture.port()
    let subnet = try await fixture.subnet("2001:db8::/32")
    #expect(
      try await fixture.freeRanges(subnet) == [
        "2001:db8::1-2001:db8::ffff:ffff:ffff:ffff", "2001:db8:0:1::-2001:db8:0:1:ffff:ffff:ffff:ffff",
      ])
    // One from far behind is taken and given back as well.
    let far = try #require(IPAddress("2001:db8:7::1"))
    #expect(try await fixture.store.write { try $0.allocate(far, of: subnet.id, toPort: port) })
    #expect(try await !fixture.store.write { try $0.allocate(far, of: subnet.id, toPort: port) })
    try await fixture.store.write {
      try $0.releaseAddresses([FixedIP(subnetID: subnet.id, address: far)], ofPort: port)
    }
    #expect(try await fixture.freeRanges(subnet).count == 3)
    await fixture.store.close()
  }

  @Test("the lowest free address is found where it is asked for")
  func lowest() async throws {
    let fixture = try await AddressFixture()
    let port = try await fixture.port()
    let subnet = try await fixture.subnet("10.1.0.0/16")
    for expected in ["10.1.0.1", "10.1.0.2", "10.1.0.3"] {
      let found = try await fixture.store.write { transaction in
        var generator = SystemRandomNumberGenerator()
        return try transaction.allocateAddress(of: subnet, toPort: port, isLowest: true, using: &generator)
      }
      #expect(found?.description == expected)
    }
    await fixture.store.close()
  }
}
