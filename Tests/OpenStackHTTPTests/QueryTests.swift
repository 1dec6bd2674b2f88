import OpenStackHTTP
import Testing

@Suite("Queries")
struct QueryTests {
  @Test("escapes are decoded, names repeat, and what is no escape stays")
  func decoding() {
    let query = QueryString("name=a%20b+c&id=1&id=2&flag&x=100%&y=%zz&z=a=b")
    #expect(query["name"] == "a b c")
    #expect(query.values("id") == ["1", "2"])
    #expect(query["flag"] == "")
    #expect(query["x"] == "100%")
    #expect(query["y"] == "%zz")
    #expect(query["z"] == "a=b")
    #expect(query["none"] == nil)
  }

  @Test("what is escaped reads back the same", arguments: ["a b&c=d", "ü%+", "in:\"a\",b", "~-._"])
  func roundTrip(text: String) {
    #expect(QueryString("v=\(QueryString.encoded(text))")["v"] == text)
  }

  @Test("page, order, fields and filters are told apart")
  func parameters() throws {
    let list = try ListParameters(
      QueryString("limit=2&marker=m&sort_key=name&sort_dir=desc&fields=id&fields=name&status=ACTIVE&id=1&id=2"))
    #expect(list.limit == 2)
    #expect(list.marker == "m")
    #expect(list.sortKeys == [.init(name: "name", isDescending: true)])
    #expect(list.fields == ["id", "name"])
    #expect(list.filters == [.init(name: "status", values: ["ACTIVE"]), .init(name: "id", values: ["1", "2"])])
  }

  @Test("a limit that is no number is refused in Neutron's words", arguments: ["abc", "-1", ""])
  func badLimit(text: String) {
    let error = #expect(throws: APIError.self) { try ListParameters(QueryString("limit=\(text)")) }
    #expect(error?.type == "BadRequest")
    #expect(error?.message == "Bad limit request: Limit must be an integer 0 or greater and not '\(text)'.")
  }

  @Test("a full page links to the next one and to the previous one, as Neutron has it")
  func links() throws {
    let query = QueryString("network_id=n&limit=1")
    let links = try ListParameters(query).links(url: "http://h/v2.0/ports", query: query, ids: ["p"])
    #expect(
      links == [
        PageLink(rel: "next", href: "http://h/v2.0/ports?network_id=n&limit=1&marker=p"),
        PageLink(rel: "previous", href: "http://h/v2.0/ports?network_id=n&limit=1&marker=p&page_reverse=True"),
      ])
  }

  @Test("without a limit there are no links")
  func noLinks() throws {
    let query = QueryString("network_id=n")
    #expect(try ListParameters(query).links(url: "http://h", query: query, ids: ["p"]).isEmpty)
  }

  @Test("versions are ordered by number", arguments: [("2.9", "2.10"), ("2.99", "3.0")])
  func order(lower: String, higher: String) throws {
    let (low, high) = (try #require(Microversion(lower)), try #require(Microversion(higher)))
    #expect(low < high)
  }

  @Test(
    "what is no version is not read", arguments: ["", "2", "2.", ".1", "2.1.0", "+2.1", "2.01", "0.1", "a.b", "2.1 "])
  func notAVersion(text: String) {
    #expect(Microversion(text) == nil)
  }
}
