import NFTables
import Netlink
import Testing

@Suite("nftables in process", .timeLimit(.minutes(1)))
struct NFTablesTests {
  let namespace: NetworkNamespace
  let nftables: NFTables

  init() throws {
    namespace = try NetworkNamespace()
    let opened = try NetworkNamespace.inside(namespace) { () throws(NetlinkError) in
      Result { () throws(NFTablesError) in try NFTables() }
    }
    nftables = try opened.get()
  }

  @Test("commands take effect in the namespace that it was opened in, and a listing shows them")
  func list() async throws {
    try await nftables.run(
      "add table inet here\nadd set inet here s { type ipv4_addr; }\nadd element inet here s { 10.0.0.1 }")
    let text = try await nftables.text("list table inet here")
    #expect(text.contains("elements = { 10.0.0.1 }"))
    let json = try await nftables.json("list table inet here")
    #expect(json.hasPrefix("{\"nftables\""))
    #expect(json.contains("\"10.0.0.1\""))
    let other = try NetworkNamespace()
    let elsewhere = try NetworkNamespace.inside(other) { () throws(NetlinkError) in
      Result { () throws(NFTablesError) in try NFTables() }
    }.get()
    #expect(try await elsewhere.json("list tables").contains("here") == false)
  }

  @Test("of a transaction whose last command is refused nothing stays")
  func atomicity() async throws {
    let error = await #expect(throws: NFTablesError.self) {
      try await nftables.run("add table inet half\nadd chain inet half c\nadd rule inet half c jump nowhere")
    }
    #expect(error?.code == -1)
    #expect(error?.message.isEmpty == false)
    #expect(error?.description.contains("nftables: ") == true)
    #expect(try await nftables.json("list tables").contains("half") == false)
  }

  @Test("an error leaves nothing behind that the next call would show")
  func errorsDoNotStay() async throws {
    for commands in ["nonsense", "list table inet nowhere", "add rule inet nowhere c accept"] {
      await #expect(throws: NFTablesError.self) { try await nftables.run(commands) }
    }
    try await nftables.run("add table inet after")
    #expect(try await nftables.text("list tables") == "table inet after\n")
  }

  @Test("calls from many tasks at once come one after the other")
  func concurrency() async throws {
    try await nftables.run("add table inet many\nadd set inet many s { type ipv4_addr; }")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<50 {
        group.addTask { [nftables] in try await nftables.run("add element inet many s { 10.0.0.\(number) }") }
      }
      try await group.waitForAll()
    }
    let text = try await nftables.text("list set inet many s")
    #expect((0..<50).allSatisfy { text.contains("10.0.0.\($0)") })
  }
}
