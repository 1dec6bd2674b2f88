import NFTables
import Netlink
import Testing

@Suite("Tables of nf_tables")
struct FilterTablesTests {
  @Test("a table is found by its name and family, in its own namespace only")
  func contains() async throws {
    let namespace = try NetworkNamespace()
    let tables = try FilterTables(in: namespace)
    let nftables = try NetworkNamespace.inside(namespace) { () throws(NetlinkError) in
      Result { () throws(NFTablesError) in try NFTables() }
    }.get()
    #expect(try !tables.contains("guests", .bridge))
    try await nftables.run("add table bridge guests")
    #expect(try tables.contains("guests", .bridge))
    #expect(try !tables.contains("guests", .inet))
    #expect(try !tables.contains("guest", .bridge))
    #expect(try !FilterTables(in: NetworkNamespace()).contains("guests", .bridge))
    try await nftables.run("add table inet guests; delete table bridge guests")
    #expect(try tables.contains("guests", .inet))
    #expect(try !tables.contains("guests", .bridge))
  }
}
