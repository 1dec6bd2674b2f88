import Model
import Testing

@Suite("Parts of prefixes and the bounds of subnet pools")
struct SubnetPrefixTests {
  private func prefixes(_ texts: [String]) throws -> [IPNetwork] { try texts.map { try #require(IPNetwork($0)) } }

  @Test("what is left of a prefix without a part of it is as few prefixes as there can be")
  func without() throws {
    let whole = try #require(IPNetwork("10.0.0.0/24"))
    let cases: [(part: String, rest: [String])] = [
      ("10.0.0.0/24", []), ("10.0.0.0/25", ["10.0.0.128/25"]), ("10.0.0.64/26", ["10.0.0.0/26", "10.0.0.128/25"]),
      (
        "10.0.0.255/32",
        [
          "10.0.0.254/32", "10.0.0.252/31", "10.0.0.248/29", "10.0.0.240/28", "10.0.0.224/27",
          "10.0.0.192/26", "10.0.0.128/26", "10.0.0.0/25",
        ]
      ),
    ]
    for test in cases.dropLast() {
      #expect(whole.without(try #require(IPNetwork(test.part))) == (try prefixes(test.rest)), "\(test.part)")
    }
    let last = whole.without(try #require(IPNetwork("10.0.0.255/32")))
    #expect(last.count == 8 && Set(last.map(\.prefixLength)) == Set(25...32))
    #expect((last + [try #require(IPNetwork("10.0.0.255/32"))]).compacted == [whole])
  }

  @Test(
    "prefixes are compacted to the fewest that have the same addresses",
    arguments: [
      ([], []), (["10.0.0.0/24"], ["10.0.0.0/24"]), (["10.0.1.0/24", "10.0.0.0/24"], ["10.0.0.0/23"]),
      (["10.0.1.0/24", "10.0.2.0/24"], ["10.0.1.0/24", "10.0.2.0/24"]),
      (["10.0.0.0/24", "10.0.0.128/25", "10.0.0.7/32"], ["10.0.0.0/24"]),
      (["10.0.3.0/24", "10.0.1.0/24", "10.0.2.0/24", "10.0.0.0/24"], ["10.0.0.0/22"]),
      (["2001:db8:8000::/33", "2001:db8::/33"], ["2001:db8::/32"]), (["0.0.0.0/1", "128.0.0.0/1"], ["0.0.0.0/0"]),
    ])
  func compacted(texts: [String], expected: [String]) throws {
    #expect(try prefixes(texts).compacted.map(\.description) == expected)
  }

  @Test("a difference of prefixes has what is in the first and not in the second")
  func subtracting() throws {
    let cases: [(from: [String], what: [String], rest: [String])] = [
      (["10.0.0.0/8"], ["10.0.0.0/8"], []), (["10.0.0.0/8"], ["11.0.0.0/8"], ["10.0.0.0/8"]),
      (["10.0.0.0/22"], ["10.0.1.0/24"], ["10.0.0.0/24", "10.0.2.0/23"]),
      (["10.0.0.0/24", "10.0.1.0/24"], ["10.0.0.0/23"], []),
      (["10.0.0.0/23"], ["10.0.0.0/24", "10.0.1.0/24"], []), (["10.0.0.0/24"], ["::/0"], ["10.0.0.0/24"]),
    ]
    for test in cases {
      #expect(try prefixes(test.from).subtracting(prefixes(test.what)).map(\.description) == test.rest, "\(test.from)")
    }
  }

  @Test("a prefix and its neighbour are the halves of the one that encloses both")
  func halves() throws {
    for text in ["10.0.0.0/24", "10.0.1.0/24", "2001:db8::/64", "::/128", "128.0.0.0/1"] {
      let prefix = try #require(IPNetwork(text))
      let neighbour = try #require(prefix.neighbour)
      #expect(neighbour.neighbour == prefix && neighbour.enclosing == prefix.enclosing && neighbour != prefix)
    }
    let all = try #require(IPNetwork("::/0"))
    #expect(all.neighbour == nil && all.enclosing == nil)
  }

  @Test("a pool's prefix lengths have upstream's defaults, and are refused where they contradict each other")
  func bounds() throws {
    let four = try PrefixBounds(version: .v4, minimum: nil, maximum: nil, standard: nil)
    #expect(four.minimum == 8 && four.maximum == 32 && four.standard == 8)
    let six = try PrefixBounds(version: .v6, minimum: nil, maximum: nil, standard: 65)
    #expect(six.minimum == 64 && six.maximum == 128 && six.standard == 65)
    let cases: [(Int?, Int?, Int?, String, String)] = [
      (24, 16, nil, "min_prefixlen", "max_prefixlen"), (nil, 33, nil, "max_prefixlen", "ip_version_max"),
      (24, nil, 16, "default_prefixlen", "min_prefixlen"), (nil, 24, 28, "default_prefixlen", "max_prefixlen"),
      (nil, 4, nil, "min_prefixlen", "max_prefixlen"),
    ]
    for (minimum, maximum, standard, name, base) in cases {
      let error = #expect(throws: IllegalPrefixBounds.self) {
        try PrefixBounds(version: .v4, minimum: minimum, maximum: maximum, standard: standard)
      }
      #expect(error?.name == name && error?.baseName == base)
    }
  }

  @Test("a quota counts addresses of IPv4 and /64 prefixes of IPv6")
  func quotaUnits() {
    #expect(SubnetPool.quotaUnits(ofPrefixLength: 24, version: .v4) == 256)
    #expect(SubnetPool.quotaUnits(ofPrefixLength: 32, version: .v4) == 1)
    #expect(SubnetPool.quotaUnits(ofPrefixLength: 56, version: .v6) == 256)
    #expect(SubnetPool.quotaUnits(ofPrefixLength: 65, version: .v6) == 0.5)
  }
}
