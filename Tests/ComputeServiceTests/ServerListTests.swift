import ComputeService
import HostRPC
import JSON
import Model
import Store
import Support
import Synchronization
import Testing

/// The filters, orders and pages of `GET /servers`.
@Suite(.timeLimit(.minutes(2))) struct ServerListTests {
  struct Example: Sendable {
    var query: String
    var names: [String]
    var version = "2.90"
    var token = "member"
  }

  /// The servers are `web-1`, `web-2`, `db` and another project's `far`, made in that order; `db` is locked, paused and
  /// has a key of its own.
  static let examples: [Example] = [
    .init(query: "", names: ["db", "web-2", "web-1"]),
    .init(query: "name=web", names: ["web-2", "web-1"]),
    .init(query: "name=^web-1$", names: ["web-1"]),
    .init(query: "name=(web-1|db)", names: ["db", "web-1"]),
    .init(query: "name=%5Ew.b-%5B2-9%5D", names: ["web-2"]),
    .init(query: "status=PAUSED", names: ["db"]),
    .init(query: "status=paused&status=ACTIVE", names: ["db", "web-2", "web-1"]),
    .init(query: "vm_state=paused", names: ["db"]), .init(query: "power_state=1", names: ["web-2", "web-1"]),
    .init(query: "vm_state=paused", names: ["db", "web-2", "web-1"], version: "2.82"),
    .init(query: "locked=True", names: ["db"]), .init(query: "locked=no", names: ["web-2", "web-1"]),
    .init(query: "tags=blue", names: ["db", "web-1"]), .init(query: "tags=blue,red", names: ["web-1"]),
    .init(query: "tags-any=red,green", names: ["web-2", "web-1"]), .init(query: "not-tags=blue", names: ["web-2"]),
    .init(query: "not-tags=blue,red", names: ["db", "web-2"]), .init(query: "not-tags-any=red,green", names: ["db"]),
    .init(query: "flavor=0", names: ["db", "web-2", "web-1"]), .init(query: "flavor=1", names: []),
    .init(query: "image=http://x/\(ComputeFixture.image)", names: ["db", "web-2", "web-1"]),
    .init(query: "config_drive=True", names: ["db"]), .init(query: "hostname=web", names: ["web-2", "web-1"]),
    .init(query: "availability_zone=nova", names: ["db", "web-2", "web-1"]),
    .init(query: "availability_zone=mars", names: []),
    .init(query: "changes-since=2020-01-01T00:00:00Z", names: ["db", "web-2", "web-1"]),
    .init(query: "changes-since=2040-01-01T00:00:00%2B02:00", names: []),
    .init(query: "changes-before=2020-01-01T00:00:00", names: []),
    .init(query: "sort_key=display_name&sort_dir=asc", names: ["db", "web-1", "web-2"]),
    .init(
      query: "sort_key=vm_state&sort_key=display_name&sort_dir=desc&sort_dir=asc", names: ["db", "web-1", "web-2"]),
    .init(query: "sort_key=locked&sort_dir=asc&sort_key=uuid&limit=0", names: []),
    // Whoever is no administrator may not ask for these, and is told all.
    .init(query: "host=h2", names: ["db", "web-2", "web-1"]),
    .init(query: "deleted=True", names: ["db", "web-2", "web-1"]),
    .init(query: "host=h2", names: [], token: "admin"), .init(query: "deleted=True", names: [], token: "admin"),
    .init(query: "node=h1", names: ["db", "web-2", "web-1"], token: "admin"),
    .init(query: "all_tenants=1", names: ["far", "db", "web-2", "web-1"], token: "admin"),
    .init(query: "all_tenants=&project_id=p2", names: ["far"], token: "admin"),
    .init(query: "all_tenants=0&tenant_id=p2", names: ["db", "web-2", "web-1"], token: "admin"),
    .init(query: "status=nonsense", names: [], version: "2.37"),
    .init(query: "ip=10.88.3", names: ["db"]), .init(query: "ip6=fe80", names: []),
  ]

  @Test("a list has what its filters name, in its order")
  func filters() async throws {
    try await ComputeFixture.serving { compute in
      try await Self.fill(compute)
      for example in Self.examples {
        let reply = try await compute.send(
          "GET", "/v2.1/servers?\(example.query)", token: example.token, version: example.version)
        #expect(reply.status == 200, "\(example.query): \(reply.message ?? "")")
        #expect(reply.body?["servers"]?.array?.compactMap { $0["name"]?.string } == example.names, "\(example.query)")
      }
    }
  }

  static let refusals: [(query: String, version: String, status: Int, message: String)] = [
    ("all_tenants=1", "2.1", 403, "Policy doesn't allow os_compute_api:servers:index:get_all_tenants to be performed."),
    ("all_tenants=maybe", "2.1", 400, "Unrecognized value 'maybe', acceptable values are:"),
    ("limit=-1", "2.1", 400, "Invalid input for query parameters limit. Value: -1. '-1' does not match '^[0-9]*$'"),
    ("marker=x", "2.1", 400, "marker [x] not found"),
    ("sort_key=colour", "2.1", 400, "Invalid input for query parameters sort_key. Value: colour."),
    ("sort_key=vcpus", "2.75", 400, "Invalid input for query parameters sort_key. Value: vcpus."),
    ("sort_key=host", "2.1", 403, "Only administrators can sort servers by host"),
    ("sort_dir=up", "2.1", 400, "Unknown sort direction, must be one of: asc, desc"),
    ("name=%2A", "2.1", 400, "Invalid input for query parameters name. Value: *. '*' is not a 'regex'"),
    ("status=nonsense", "2.38", 400, "Invalid status value"),
    ("status=DELETED", "2.1", 403, "Only administrators may list deleted instances"),
    (
      "changes-since=now", "2.1", 400,
      "Invalid input for query parameters changes-since. Value: now. 'now' is not a 'date-time'"
    ),
    (
      "changes-since=2021-01-01T00:00:00&changes-before=2020-01-01T00:00:00", "2.66", 400,
      "The value of changes-since must be less than or equal to changes-before."
    ),
    ("colour=red", "2.75", 400, "Additional properties are not allowed ('colour' was unexpected)"),
    ("metadata=a", "2.1", 400, "Invalid filter field: metadata."), ("_x=a", "2.1", 400, "Invalid filter field: _x."),
    ("locked=perhaps", "2.73", 400, "Unrecognized value 'perhaps', acceptable values are:"),
  ]

  @Test("a filter that means nothing is refused with upstream's words")
  func refused() async throws {
    try await ComputeFixture.serving { compute in
      for refusal in Self.refusals {
        let reply = try await compute.send(
          "GET", "/v2.1/servers?\(refusal.query)", token: "member", version: refusal.version)
        #expect(reply.status == refusal.status, "\(refusal.query)")
        #expect(reply.message?.hasPrefix(refusal.message) == true, "\(refusal.query): \(reply.message ?? "")")
      }
      #expect(try await compute.send("GET", "/v2.1/servers?colour=red", version: "2.74").status == 200)
    }
  }

  @Test("a walk through the pages meets every server once, in any order")
  func pages() async throws {
    try await ComputeFixture.serving { compute in
      try await Self.fill(compute)
      for order in ["", "&sort_key=vm_state&sort_key=display_name&sort_dir=asc", "&sort_key=host&sort_dir=desc&name=e"]
      {
        let whole = try await compute.send("GET", "/v2.1/servers?all_tenants=1\(order)")
        var path: String? = "/v2.1/servers?all_tenants=1&limit=1\(order)"
        var met: [JSONValue] = []
        while let here = path, met.count < 10 {
          let page = try await compute.send("GET", here)
          met += page.body?["servers"]?.array?.compactMap { $0["name"] } ?? []
          path = page.body?["servers_links"]?.array?.first?["href"]?.string.map {
            String($0.dropFirst(compute.url.count))
          }
        }
        #expect(met == whole.body?["servers"]?.array?.compactMap { $0["name"] }, "\(order)")
      }
    }
  }

  private static func fill(_ compute: ComputeFixture) async throws {
    _ = try await compute.activeServer("web-1", ["tags": ["blue", "red"]], version: "2.52")
    _ = try await compute.activeServer("web-2", ["tags": ["green"]], version: "2.52")
    let db = try await compute.activeServer("db", ["tags": ["blue"], "config_drive": true], version: "2.52")
    compute.peers.portOwner.withLock { $0 = db }
    _ = try await compute.host("h1").call(
      UpdateInstance.self, InstanceUpdate(instanceID: db, vmState: "paused", taskState: .cleared, powerState: 3))
    try await compute.act(db, "lock")
    _ = try await compute.send("POST", "/v2.1/servers", ComputeFixture.server("far"), token: "other")
  }
}
