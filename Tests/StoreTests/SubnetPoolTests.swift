import Model
import SQLite
import Store
import Support
import Testing

@Suite("Cutting subnets from pools", .timeLimit(.minutes(2)))
struct SubnetPoolTests {
  private func pool(_ prefixes: [String]) throws -> SubnetPool {
    let prefixes = try prefixes.map { try #require(IPNetwork($0)) }
    let bounds = try PrefixBounds(version: prefixes[0].version, minimum: 0, maximum: nil, standard: 24)
    return SubnetPool(
      id: UUID(), projectID: "p", name: "pool", prefixes: prefixes.compacted, defaultPrefixLength: bounds.standard,
      minPrefixLength: bounds.minimum, maxPrefixLength: bounds.maximum, createdAt: Timestamp(microseconds: 1),
      updatedAt: Timestamp(microseconds: 1))
  }

  private func free(_ store: Store, _ pool: SubnetPool) async throws -> [String] {
    try await store.read { snapshot in
      try snapshot.rows(
        "SELECT cidr FROM subnetpool_prefixes WHERE subnetpool_id = ? AND is_free = 1 ORDER BY base", pool.id
      ) { $0.text(0) }
    }
  }

  @Test("a prefix is cut off the smallest that is large enough, and the parts join again")
  func cutting() async throws {
    let fixture = try await AddressFixture()
    let pool = try pool(["10.0.0.0/22", "10.0.8.0/24"])
    try await fixture.store.write { try $0.insert(pool) }
    func take(_ length: Int) async throws -> String? {
      try await fixture.store.write { try $0.takePrefix(ofLength: length, fromSubnetPool: pool.id)?.description }
    }
    #expect(try await take(25) == "10.0.8.0/25")
    #expect(try await take(25) == "10.0.8.128/25")
    #expect(try await take(24) == "10.0.0.0/24")
    #expect(try await free(fixture.store, pool) == ["10.0.1.0/24", "10.0.2.0/23"])
    #expect(try await take(22) == nil)
    let specific = try #require(IPNetwork("10.0.3.128/26"))
    #expect(try await fixture.store.write { try $0.takePrefix(specific, fromSubnetPool: pool.id) })
    #expect(try await !fixture.store.write { try $0.takePrefix(specific, fromSubnetPool: pool.id) })
    for text in ["10.0.3.0/24", "10.0.8.0/26", "10.0.9.0/24", "9.0.0.0/8"] {
      let prefix = try #require(IPNetwork(text))
      #expect(try await !fixture.store.write { try $0.takePrefix(prefix, fromSubnetPool: pool.id) }, "\(text)")
    }
    #expect(try await free(fixture.store, pool) == ["10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/25", "10.0.3.192/26"])
    await fixture.store.close()
  }

  @Test("prefixes that come and go by chance leave the free ones as few as there can be")
  func chance() async throws {
    let fixture = try await AddressFixture()
    let pool = try pool(["2001:db8::/56", "2001:db8:1::/60"])
    try await fixture.store.write { try $0.insert(pool) }
    var subnets: [(UUID, IPNetwork)] = []
    for _ in 0..<200 {
      if Bool.random(), let index = subnets.indices.randomElement() {
        let id = subnets.remove(at: index).0
        try await fixture.store.write { try $0.deleteSubnet(id) }
      } else {
        let length = Int.random(in: 57...66)
        let network = fixture.network
        let made = try await fixture.store.write { transaction -> (UUID, IPNetwork)? in
          guard let cidr = try transaction.takePrefix(ofLength: length, fromSubnetPool: pool.id) else { return nil }
          let subnet = Subnet(
            id: UUID(), networkID: network, projectID: "p", cidr: cidr, gatewayIP: nil, allocationPools: [],
            subnetPoolID: pool.id, createdAt: Timestamp(microseconds: 1), updatedAt: Timestamp(microseconds: 1))
          try transaction.insert(subnet)
          return (subnet.id, cidr)
        }
        if let made {
          #expect(!subnets.contains { $0.1.overlaps(made.1) })
          subnets.append(made)
        }
      }
      let expected = pool.prefixes.subtracting(subnets.map(\.1)).map(\.description)
      #expect(try await free(fixture.store, pool) == expected)
    }
    await fixture.store.close()
  }

  @Test("a pool that grows has more to give, and what was given stays given")
  func growing() async throws {
    let fixture = try await AddressFixture()
    let before = try pool(["10.0.0.0/24"])
    try await fixture.store.write { try $0.insert(before) }
    #expect(
      try await fixture.store.write { try $0.takePrefix(ofLength: 25, fromSubnetPool: before.id)?.description }
        == "10.0.0.0/25")
    var after = before
    after.prefixes = [try #require(IPNetwork("10.0.0.0/23")), try #require(IPNetwork("10.9.0.0/24"))]
    let grown = after
    try await fixture.store.write { try $0.update(grown, before: before) }
    #expect(try await free(fixture.store, before) == ["10.0.0.128/25", "10.0.1.0/24", "10.9.0.0/24"])
    let read = try await fixture.store.read { try $0.subnetPool(before.id) }
    #expect(read?.prefixes == after.prefixes && read?.revision == 1)
    await fixture.store.close()
  }
}
