import JSON
import NIOHTTP1
import NetworkService
import Testing

/// Lists as a client walks them.
@Suite("Walking through lists")
struct ListWalkTests {
  private static let rows = 23

  /// Ports that are alike in nearly everything, so that only the id orders them.
  private static func ports(_ cloud: TestCloud) async throws {
    let network = try await cloud.network().id
    let bodies: [JSONValue] = (0..<rows).map { index in
      [
        "network_id": .string(network), "name": .string("n\(index % 4)"), "admin_state_up": .bool(index % 3 == 0),
        "device_id": .string(index % 5 == 0 ? "" : "d\(index % 2)"),
      ]
    }
    _ = try await cloud.send(.POST, "/v2.0/ports", body: ["ports": .array(bodies)])
  }

  /// Follows the links of one kind from the first page to the last.
  private static func walk(
    _ cloud: TestCloud, _ path: String, collection: String, link: String
  ) async throws -> [[String]] {
    var pages: [[String]] = []
    var next: String? = path
    while let path = next {
      let answer = try await cloud.get(path)
      #expect(answer.status == 200, "\(path)")
      let page = try (answer.body?[collection]?.array ?? []).map { try $0.text("id") }
      pages.append(page)
      let links = answer.body?["\(collection)_links"]?.array ?? []
      let href = links.first { $0["rel"]?.string == link }?["href"]?.string
      next = page.isEmpty ? nil : href.flatMap { $0.split(separator: "/v2.0").last.map { "/v2.0" + $0 } }
      guard pages.count < 100 else { break }
    }
    return pages
  }

  @Test("every walk in every order, with every size of page, forwards and backwards, meets each row exactly once")
  func everyWalk() async throws {
    try await TestCloud.serve { cloud in
      try await Self.ports(cloud)
      var generator = Randomness(seed: 20_261_123)
      for _ in 0..<24 {
        let keys = ["name", "device_id", "admin_state_up", "mac_address", "status", "id", "network_id"]
          .shuffled(using: &generator).prefix(Int.random(in: 0...3, using: &generator))
        let order = keys.map { "sort_key=\($0)&sort_dir=\(Bool.random(using: &generator) ? "asc" : "desc")" }
        let limit = Int.random(in: 1...(Self.rows + 2), using: &generator)
        let path = "/v2.0/ports?" + (order + ["fields=id"]).joined(separator: "&")
        let all = try (try await cloud.get(path).body?["ports"]?.array ?? []).map { try $0.text("id") }
        #expect(Set(all).count == Self.rows)
        let forwards = try await Self.walk(cloud, path + "&limit=\(limit)", collection: "ports", link: "next")
        #expect(forwards.flatMap { $0 } == all, "\(path) limit \(limit)")
        #expect(forwards.allSatisfy { $0.count <= limit })
        let backwards = try await Self.walk(
          cloud, path + "&limit=\(limit)&page_reverse=True", collection: "ports", link: "previous")
        #expect(backwards.reversed().flatMap { $0 } == all, "\(path) limit \(limit) backwards")
      }
    }
  }

  @Test("rows without a value come first and are met once too")
  func nullable() async throws {
    try await TestCloud.serve { cloud in
      let network = try await cloud.create("network", [:]).text("id")
      for index in 0..<6 {
        _ = try await cloud.create(
          "subnet",
          [
            "network_id": .string(network), "ip_version": 4, "cidr": .string("10.\(index).0.0/24"),
            "gateway_ip": index % 2 == 0 ? .null : .string("10.\(index).0.1"),
          ])
      }
      for direction in ["asc", "desc"] {
        let path = "/v2.0/subnets?sort_key=gateway_ip&sort_dir=\(direction)"
        let all = try (try await cloud.get(path).body?["subnets"]?.array ?? []).map { try $0.text("id") }
        #expect(all.count == 6)
        for limit in 1...4 {
          let pages = try await Self.walk(cloud, path + "&limit=\(limit)", collection: "subnets", link: "next")
          #expect(pages.flatMap { $0 } == all, "\(direction) \(limit)")
        }
      }
    }
  }

  @Test("a page has the links that Neutron gives it, at both ends and on an empty list")
  func links() async throws {
    try await TestCloud.serve { cloud in
      for name in ["a", "b", "c"] { _ = try await cloud.create("network", ["name": .string(name)]) }
      let order = "sort_key=name&sort_dir=asc"
      func links(_ query: String) async throws -> [String] {
        let answer = try await cloud.get("/v2.0/networks?\(query)")
        #expect(answer.status == 200)
        return (answer.body?["networks_links"]?.array ?? []).compactMap { $0["rel"]?.string }
      }
      #expect(try await links(order) == [])
      #expect(try await links(order + "&limit=0") == [])
      #expect(try await links(order + "&limit=2") == ["next", "previous"])
      #expect(try await links(order + "&limit=4") == ["previous"])
      #expect(try await links(order + "&limit=4&page_reverse=True") == ["next"])
      #expect(try await links(order + "&limit=2&page_reverse=true") == ["next", "previous"])
      #expect(try await links("name=nosuch&limit=2") == ["previous"])
      let ids = (try await cloud.get("/v2.0/networks?\(order)").body?["networks"]?.array ?? []).compactMap {
        $0["id"]?.string
      }
      let page = try await cloud.get("/v2.0/networks?\(order)&limit=1&marker=\(ids[0])&fields=id")
      #expect(page.body?["networks"] == [["id": .string(ids[1])]])
      let hrefs = (page.body?["networks_links"]?.array ?? []).compactMap { $0["href"]?.string }
      #expect(hrefs.first?.hasSuffix("/v2.0/networks?\(order)&limit=1&fields=id&marker=\(ids[1])") == true, "\(hrefs)")
      #expect(
        hrefs.last?.hasSuffix("/v2.0/networks?\(order)&limit=1&fields=id&marker=\(ids[1])&page_reverse=True") == true)
    }
  }

  @Test("a list without pages that is asked for backwards is turned round")
  func reversedWithoutLimit() async throws {
    try await TestCloud.serve { cloud in
      for name in ["a", "b", "c"] { _ = try await cloud.create("network", ["name": .string(name)]) }
      let answer = try await cloud.get("/v2.0/networks?fields=name&sort_key=name&sort_dir=asc&page_reverse=True")
      #expect(answer.body?["networks"] == [["name": "c"], ["name": "b"], ["name": "a"]])
    }
  }

  @Test("a server gives no longer page than it is told to, asked or not")
  func longestPage() async throws {
    var configuration = NetworkConfiguration()
    configuration.paginationMaxLimit = 2
    try await TestCloud.serve(configuration: configuration) { cloud in
      for name in ["a", "b", "c"] { _ = try await cloud.create("network", ["name": .string(name)]) }
      for query in ["", "?limit=100", "?limit=0", "?limit=99999999999999999999999"] {
        let answer = try await cloud.get("/v2.0/networks\(query)")
        #expect(answer.body?["networks"]?.array?.count == 2, "\(query)")
        #expect(answer.body?["networks_links"]?.array?.first?["rel"] == "next", "\(query)")
      }
      let pages = try await Self.walk(cloud, "/v2.0/networks", collection: "networks", link: "next")
      #expect(pages.map(\.count) == [2, 1])
    }
  }
}

/// Numbers that are the same in every run.
struct Randomness: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    var mixed = state
    mixed ^= mixed >> 33
    mixed = mixed &* 0xff51_afd7_ed55_8ccd
    return mixed ^ (mixed >> 33)
  }
}
