import ComputeService
import JSON
import Model
import Support
import Testing

@Suite("Hosts, zones and aggregates", .timeLimit(.minutes(2))) struct InventoryTests {
  @Test("services are listed and filtered, by number before 2.53 and by UUID since")
  func services() async throws {
    try await ComputeFixture.serving { compute in
      for host in ["h1", "h2"] { try await compute.report(host) }
      _ = try await compute.aggregate("a", zone: "z1", hosts: ["h2"])
      let old = try await compute.send("GET", "/v2.1/os-services")
      #expect(old.body?["services"]?.array?.map { $0["id"] } == [1, 2])
      #expect(old.body?["services"]?.array?.map { $0["zone"] } == ["nova", "z1"])
      #expect(old.body?["services"]?.array?.first?["forced_down"] == nil)
      let new = try await compute.send("GET", "/v2.1/os-services?host=h2", version: "2.53")
      let service = try #require(new.body?["services"]?.array?.first)
      #expect(new.body?["services"]?.array?.count == 1)
      #expect(service.uuid != nil)
      #expect(service["forced_down"] == false)
      #expect(try await compute.send("GET", "/v2.1/os-services?binary=nova-scheduler").body == ["services": []])
      #expect(try await compute.send("GET", "/v2.1/os-services?color=red", version: "2.75").status == 400)
      #expect(try await compute.send("GET", "/v2.1/os-services", token: "member").status == 403)
    }
  }

  @Test("a service is disabled, forced down and deleted, each as its microversion has it")
  func serviceChanges() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      func put(_ path: String, _ body: JSONValue, _ version: String = "2.1") async throws -> ComputeFixture.Reply {
        try await compute.send("PUT", "/v2.1/os-services/\(path)", body, version: version)
      }
      let target: JSONValue = ["host": "h1", "binary": "nova-compute"]
      #expect(
        try await put("disable", target).body
          == ["service": ["host": "h1", "binary": "nova-compute", "status": "disabled"]])
      #expect(try await put("force-down", target).status == 404)
      #expect(try await put("force-down", target, "2.11").message == "Missing forced_down field")
      #expect(try await put("disable-log-reason", target).message == "Missing disabled reason field")
      let elsewhere = try await put("enable", ["host": "h9", "binary": "nova-compute"])
      #expect(elsewhere.status == 404)
      #expect(elsewhere.message == "Host 'h9' is not mapped to any cell")
      let other = try await put("enable", ["host": "h1", "binary": "nova-conductor"])
      #expect(
        other.message
          == "Updating a nova-conductor service is not supported. Only nova-compute services can be updated.")
      let list = try await compute.send("GET", "/v2.1/os-services", version: "2.53")
      let id = try #require(list.body?["services"]?.array?.first?.uuid).description
      #expect(list.body?["services"]?.array?.first?["status"] == "disabled")
      #expect(try await put(id, ["status": "enabled", "disabled_reason": "x"], "2.53").status == 400)
      #expect(
        try await put(id, ["disabled_reason": "x"], "2.53").message
          == "No updates were requested. Fields 'status' or 'forced_down' should be specified.")
      let down = try await put(id, ["status": "disabled", "disabled_reason": "x", "forced_down": true], "2.53")
      #expect(down.body?["service"]?["state"] == "down")
      #expect(down.body?["service"]?["disabled_reason"] == "x")
      let missing = UUID().description
      #expect(
        try await put(missing, ["status": "enabled"], "2.53").message == .some("Service \(missing) could not be found.")
      )
      #expect(
        try await compute.send("DELETE", "/v2.1/os-services/x").message
          == "Invalid input received: id must be an integer")
      #expect(try await compute.send("DELETE", "/v2.1/os-services/1").status == 204)
      #expect(try await compute.send("GET", "/v2.1/os-services").body == ["services": []])
    }
  }

  @Test("a service whose host has servers is not deleted")
  func busyService() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      _ = try await compute.place()
      let refused = try await compute.send("DELETE", "/v2.1/os-services/1")
      #expect(refused.status == 409)
      #expect(
        refused.message
          == "Unable to delete compute service that is hosting instances. Migrate or delete the instances first.")
    }
  }

  @Test("hypervisors are paged, searched and summed up, each as its microversion has it")
  func hypervisors() async throws {
    try await ComputeFixture.serving { compute in
      for host in ["h1", "h2", "x3"] { try await compute.report(host) }
      let server = try await compute.place()
      func get(_ path: String, _ version: String = "2.1") async throws -> ComputeFixture.Reply {
        try await compute.send("GET", "/v2.1/os-hypervisors\(path)", version: version)
      }
      let page = try await get("?limit=2", "2.33")
      #expect(page.body?["hypervisors"]?.array?.map { $0["id"] } == [1, 2])
      #expect(
        page.body?["hypervisors_links"]?.array?.first?["href"]?.string?.hasSuffix("/os-hypervisors?limit=2&marker=2")
          == true)
      #expect(try await get("?limit=2&marker=2", "2.33").body?["hypervisors"]?.array?.map { $0["id"] } == [3])
      #expect(try await get("?marker=9", "2.33").message == "marker [9] not found")
      #expect(try await get("/h/search").body?["hypervisors"]?.array?.count == 2)
      #expect(try await get("/q/search").message == "No hypervisor matching 'q' could be found.")
      #expect(try await get("/h/search", "2.53").status == 404)
      let servers = try await get("/h1/servers").body?["hypervisors"]?.array?.first?["servers"]
      #expect(servers == [["name": "instance-00000001", "uuid": server["id"] ?? .null]])
      let both = try await get("/detail?with_servers=true", "2.75").body?["hypervisors"]?.array ?? []
      #expect(both.map { $0["servers"]?.array?.count } == [1, 0, 0])
      #expect(both.first?["free_ram_mb"] == 3968)
      let id = try #require(both.first?.uuid)
      let shown = try await get("/\(id)", "2.88").body?["hypervisor"]
      #expect(shown?["vcpus"] == nil)
      #expect(shown?["uptime"] == .null)
      #expect(try await get("/9").message == "Hypervisor with ID '9' could not be found.")
      #expect(try await get("/1", "2.53").message == "Invalid uuid 1")
      let sums = try await get("/statistics").body?["hypervisor_statistics"]
      #expect(sums?["count"] == 3)
      #expect(sums?["memory_mb_used"] == 128)
      #expect(try await get("/statistics", "2.88").status == 404)
      #expect(try await get("/1/uptime").status == 501)
      #expect(try await get("?hypervisor_hostname_pattern=h&limit=1", "2.53").status == 400)
    }
  }

  @Test("a zone is there while it has a host, and available while one of them is not disabled")
  func zones() async throws {
    try await ComputeFixture.serving { compute in
      for host in ["h1", "h2"] { try await compute.report(host) }
      _ = try await compute.aggregate("a", zone: "z1", hosts: ["h2"])
      let path = "/v2.1/os-availability-zone"
      let list = try await compute.send("GET", path, token: "member")
      #expect(
        list.body == [
          "availabilityZoneInfo": [
            ["zoneName": "nova", "zoneState": ["available": true], "hosts": .null],
            ["zoneName": "z1", "zoneState": ["available": true], "hosts": .null],
          ]
        ])
      _ = try await compute.send("PUT", "/v2.1/os-services/disable", ["host": "h2", "binary": "nova-compute"])
      let detail = try await compute.send("GET", "\(path)/detail").body?["availabilityZoneInfo"]?.array ?? []
      #expect(detail.map { $0["zoneState"]?["available"] } == [true, false])
      #expect(detail.first?["hosts"]?["h1"]?["nova-compute"]?["available"] == true)
      #expect(detail.last?["hosts"] == .null)
      #expect(try await compute.send("GET", "\(path)/detail", token: "member").status == 403)
      let refused = try await compute.send(
        "POST", "/v2.1/servers", ComputeFixture.server(["availability_zone": "z1"]))
      #expect(refused.message == "The requested availability zone is not available")
    }
  }

  @Test("an aggregate is made, changed, filled, emptied and deleted")
  func aggregates() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      let path = "/v2.1/os-aggregates"
      let made = try await compute.send("POST", path, ["aggregate": ["name": "a", "availability_zone": "z1"]])
      let aggregate = made.body?["aggregate"]
      #expect(aggregate?["id"] == 1)
      #expect(aggregate?["availability_zone"] == "z1")
      #expect(aggregate?["hosts"] == nil)
      #expect(aggregate?["uuid"] == nil)
      let again = try await compute.send("POST", path, ["aggregate": ["name": "a"]])
      #expect(again.status == 409)
      #expect(again.message == "Aggregate a already exists.")
      func act(_ body: JSONValue) async throws -> ComputeFixture.Reply {
        try await compute.send("POST", "\(path)/1/action", body, version: "2.41")
      }
      #expect(try await act(["add_host": ["host": "h9"]]).message == "Host 'h9' is not mapped to any cell")
      let added = try await act(["add_host": ["host": "h1"]])
      #expect(added.body?["aggregate"]?["hosts"] == ["h1"])
      #expect(added.body?["aggregate"]?.object?.names.contains("uuid") == true)
      #expect(try await act(["add_host": ["host": "h1"]]).message == "Aggregate 1 already has host h1.")
      let metadata = try await act(["set_metadata": ["metadata": ["ssd": "yes", "old": .null]]])
      #expect(metadata.body?["aggregate"]?["metadata"] == ["availability_zone": "z1", "ssd": "yes"])
      let removed = try await act(["set_metadata": ["metadata": ["ssd": .null]]])
      #expect(removed.body?["aggregate"]?["metadata"] == ["availability_zone": "z1"])
      let renamed = try await compute.send("PUT", "\(path)/1", ["aggregate": ["name": "b"]])
      #expect(renamed.body?["aggregate"]?["name"] == "b")
      #expect(
        try await compute.send("DELETE", "\(path)/1").message
          == "Cannot remove host from aggregate 1. Reason: Host aggregate is not empty.")
      #expect(try await act(["remove_host": ["host": "h9"]]).message == "Cannot remove host h9 in aggregate 1")
      #expect(try await act(["remove_host": ["host": "h1"]]).body?["aggregate"]?["hosts"] == [])
      #expect(try await compute.send("POST", "\(path)/1/images", ["cache": []], version: "2.80").status == 404)
      let image: JSONValue = ["cache": [["id": .string(ComputeFixture.image.description)]]]
      #expect(try await compute.send("POST", "\(path)/1/images", image, version: "2.81").status == 400)
      #expect(try await compute.send("DELETE", "\(path)/1").status == 200)
      #expect(try await compute.send("GET", "\(path)/1").message == "Aggregate 1 could not be found.")
      #expect(try await compute.send("GET", path, token: "member").status == 403)
    }
  }

  @Test("a host is in one zone only, and its servers stay in theirs")
  func zoneRules() async throws {
    try await ComputeFixture.serving { compute in
      for host in ["h1", "h2"] { try await compute.report(host) }
      let first = try await compute.aggregate("a", zone: "z1", hosts: ["h1"])
      let second = try await compute.aggregate("b", zone: "z2")
      func act(_ number: Int, _ body: JSONValue) async throws -> ComputeFixture.Reply {
        try await compute.send("POST", "/v2.1/os-aggregates/\(number)/action", body)
      }
      let conflict = try await act(second, ["add_host": ["host": "h1"]])
      #expect(conflict.status == 409)
      #expect(
        conflict.message
          == "Cannot add host to aggregate 2. Reason: One or more hosts already in availability zone(s) ['z1'].")
      _ = try await compute.place(["availability_zone": "z1"])
      let changed = try await compute.send(
        "PUT", "/v2.1/os-aggregates/\(first)", ["aggregate": ["availability_zone": "z3"]])
      #expect(changed.status == 400)
      #expect(
        changed.message
          == "Cannot update aggregate 1. Reason: One or more hosts contain instances in this zone.")
      #expect(try await act(first, ["remove_host": ["host": "h1"]]).status == 409)
      _ = try await compute.place(["availability_zone": "nova"])
      let moved = try await act(second, ["add_host": ["host": "h2"]])
      #expect(moved.status == 409)
      #expect(moved.message?.contains("would change from 'None' to 'z2' but the host already has 1") == true)
      let empty = try await act(first, ["set_metadata": ["metadata": ["availability_zone": ""]]])
      #expect(empty.message?.contains("does not support empty named availability zone") == true)
    }
  }
}
