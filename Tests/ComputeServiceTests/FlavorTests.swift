import ComputeService
import JSON
import Model
import OpenStackHTTP
import Support
import Testing

@testable import ComputeService

@Suite("Flavors", .timeLimit(.minutes(2))) struct FlavorTests {
  @Test("flavors are sorted, paged and filtered")
  func lists() async throws {
    try await ComputeFixture.serving { compute in
      func names(_ query: String) async throws -> [String] {
        let reply = try await compute.send("GET", "/v2.1/flavors?\(query)")
        return reply.body?["flavors"]?.array?.compactMap { $0["name"]?.string } ?? [reply.message ?? ""]
      }
      #expect(try await names("sort_key=memory_mb&sort_dir=desc&limit=2") == ["m1.large", "m1.medium"])
      #expect(try await names("sort_key=memory_mb&sort_dir=desc&limit=2&marker=3") == ["m1.small", "m1.tiny"])
      #expect(try await names("minRam=512&minDisk=20") == ["m1.small", "m1.medium", "m1.large"])
      #expect(try await names("marker=x") == ["marker [x] not found"])
      #expect(try await names("minRam=x") == ["Invalid minRam filter [x]"])
      #expect(try await names("is_public=x") == ["Invalid is_public filter [x]"])
      let page = try await compute.send("GET", "/v2.1/flavors/detail?limit=1")
      #expect(
        page.body?["flavors_links"]?.array?.first?["href"]?.string?.hasSuffix("/flavors/detail?limit=1&marker=0")
          == true)
      #expect(try await compute.send("GET", "/v2.1/flavors?sort_key=color").status == 400)
      #expect(try await compute.send("GET", "/v2.1/flavors?color=red", version: "2.75").status == 400)
    }
  }

  @Test("a private flavor is there for the projects that have access, and for no other")
  func access() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      let body: JSONValue = [
        "flavor": ["name": "p", "id": "p", "ram": 64, "vcpus": 1, "disk": 0, "os-flavor-access:is_public": false]
      ]
      #expect(try await compute.send("POST", "/v2.1/flavors", body).status == 200)
      let path = "/v2.1/flavors/p"
      #expect(try await compute.send("GET", path, token: "other").status == 404)
      let server = ComputeFixture.server(["flavorRef": "p"])
      #expect(try await compute.send("POST", "/v2.1/servers", server, token: "other").status == 400)
      func act(_ action: String) async throws -> ComputeFixture.Reply {
        var body = JSONObject()
        body[action] = ["tenant": "p2"]
        return try await compute.send("POST", "\(path)/action", .object(body))
      }
      #expect(
        try await act("addTenantAccess").body == ["flavor_access": [["flavor_id": "p", "tenant_id": "p2"]]])
      #expect(
        try await act("addTenantAccess").message
          == "Flavor access already exists for flavor p and project p2 combination.")
      #expect(try await compute.send("GET", path, token: "other").status == 200)
      let list = try await compute.send("GET", "/v2.1/flavors", token: "other").body?["flavors"]?.array
      #expect(list?.contains { $0["id"] == "p" } == true)
      #expect(try await compute.send("POST", "/v2.1/servers", server, token: "other").status == 202)
      #expect(try await compute.send("GET", "\(path)/os-flavor-access").body?["flavor_access"]?.array?.count == 1)
      #expect(try await act("removeTenantAccess").body == ["flavor_access": []])
      #expect(
        try await act("removeTenantAccess").message
          == "Flavor access not found for p / p2 combination.")
      let open = try await compute.send("GET", "/v2.1/flavors/0/os-flavor-access")
      #expect(open.message == "Access list not available for public flavors.")
      let refused = try await compute.send(
        "POST", "/v2.1/flavors/0/action", ["addTenantAccess": ["tenant": "p2"]], version: "2.7")
      #expect(refused.message == "Can not add access to a public flavor.")
      #expect(try await compute.send("GET", "\(path)/os-flavor-access", token: "member").status == 403)
    }
  }

  @Test("a flavor's description changes from 2.55 on")
  func description() async throws {
    try await ComputeFixture.serving { compute in
      let body: JSONValue = ["flavor": ["description": "small"]]
      let changed = try await compute.send("PUT", "/v2.1/flavors/0", body, version: "2.55")
      #expect(changed.body?["flavor"]?["description"] == "small")
      #expect(try await compute.send("PUT", "/v2.1/flavors/0", body).status >= 404)
      #expect(try await compute.send("PUT", "/v2.1/flavors/9", body, version: "2.55").status == 404)
    }
  }

  struct Spec: Sendable {
    var name: String
    var value: String
    var refusal: String?
  }

  static let specs = [
    Spec(name: "hw:cpu_policy", value: "dedicated"),
    Spec(
      name: "hw:cpu_policy", value: "mine",
      refusal: "Validation failed; 'mine' is not one of: dedicated, shared, mixed."),
    Spec(name: "hw:numa_nodes", value: "0", refusal: "Validation failed; '0' is less than the min value of '1'."),
    Spec(name: "hw:numa_nodes", value: "x", refusal: "Validation failed; 'x' is not a valid integer value."),
    Spec(
      name: "hw:redirected_usb_ports", value: "16",
      refusal: "Validation failed; '16' is greater than the max value of '15'."),
    Spec(
      name: "hw:boot_menu", value: "maybe", refusal: "Validation failed; 'maybe' is not a valid boolean-like value."),
    Spec(name: "hw:numa_cpus.3", value: "0,4-7"),
    Spec(name: "hw:mem_page_size", value: "2MB"),
    Spec(
      name: "hw:mem_page_size", value: "huge",
      refusal:
        "Validation failed; 'huge' is not of the format '(large|small|any|[0-9]+([kKMGT]i?)?(b|bit|B)?)'."),
    Spec(
      name: "hw:colour", value: "red",
      refusal: "Validation failed; extra spec 'hw:colour' does not appear to be a valid extra spec."),
    Spec(name: "colour", value: "red"), Spec(name: "mine:colour", value: "red"),
    Spec(name: "quota:vif_inbound_average", value: "1024"),
    Spec(name: "resources1:CUSTOM_GOLD", value: "1"), Spec(name: "trait:HW_CPU_X86_AVX", value: "required"),
    Spec(
      name: "trait:HW_CPU_X86_AVX", value: "wanted",
      refusal: "Validation failed; 'wanted' is not one of: required, forbidden."),
    Spec(
      name: "resources:GOLD", value: "1",
      refusal: "Validation failed; extra spec 'resources:GOLD' does not appear to be a valid extra spec."),
    Spec(name: "capabilities:cpu_info:arch", value: "x86_64"),
    Spec(name: "aggregate_instance_extra_specs:anything at all", value: "<or> a <or> b"),
  ]

  @Test("an extra spec that upstream knows is checked", arguments: specs)
  func checked(_ spec: Spec) {
    var message: String?
    do {
      try ExtraSpecRule.check(spec.name, spec.value)
    } catch {
      message = error.message
    }
    #expect(message == spec.refusal)
  }

  @Test("extra specs are checked from 2.86 on, and not before")
  func since() async throws {
    try await ComputeFixture.serving { compute in
      let path = "/v2.1/flavors/0/os-extra_specs"
      let body: JSONValue = ["extra_specs": ["hw:cpu_policy": "mine"]]
      let before = try await compute.send("POST", path, body, version: "2.85")
      #expect(before.status == 200)
      #expect(try await compute.send("POST", path, body, version: "2.86").status == 400)
      let one: JSONValue = ["hw:cpu_policy": "mine"]
      #expect(try await compute.send("PUT", "\(path)/hw:cpu_policy", one, version: "2.86").status == 400)
      #expect(try await compute.send("PUT", "\(path)/hw:cpu_policy", one, version: "2.85").status == 200)
    }
  }
}
