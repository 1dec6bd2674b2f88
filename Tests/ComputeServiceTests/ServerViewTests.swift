import ComputeService
import JSON
import Model
import Support
import Testing

/// The members of a server by microversion, as `rest_api_version_history.rst` tells of them.
@Suite(.timeLimit(.minutes(2))) struct ServerViewTests {
  /// What everybody sees of a server that is well, at 2.1.
  static let first: Set<String> = [
    "id", "name", "status", "tenant_id", "user_id", "metadata", "hostId", "image", "flavor", "created", "updated",
    "addresses", "accessIPv4", "accessIPv6", "links", "OS-DCF:diskConfig", "progress", "OS-EXT-AZ:availability_zone",
    "config_drive", "key_name", "OS-SRV-USG:launched_at", "OS-SRV-USG:terminated_at", "security_groups",
    "OS-EXT-STS:task_state", "OS-EXT-STS:vm_state", "OS-EXT-STS:power_state", "os-extended-volumes:volumes_attached",
  ]
  static let administrators: Set<String> = [
    "OS-EXT-SRV-ATTR:host", "OS-EXT-SRV-ATTR:instance_name", "OS-EXT-SRV-ATTR:hypervisor_hostname",
  ]
  /// What microversions have added: for everybody, and for administrators.
  static let added: [(version: String, members: Set<String>, administrators: Set<String>)] = [
    ("2.1", [], []),
    (
      "2.3", [],
      [
        "OS-EXT-SRV-ATTR:hostname", "OS-EXT-SRV-ATTR:reservation_id", "OS-EXT-SRV-ATTR:launch_index",
        "OS-EXT-SRV-ATTR:ramdisk_id", "OS-EXT-SRV-ATTR:kernel_id", "OS-EXT-SRV-ATTR:root_device_name",
        "OS-EXT-SRV-ATTR:user_data",
      ]
    ),
    ("2.9", ["locked"], []), ("2.16", [], ["host_status"]), ("2.19", ["description"], []), ("2.26", ["tags"], []),
    ("2.63", ["trusted_image_certificates"], []), ("2.71", ["server_groups"], []), ("2.73", ["locked_reason"], []),
    ("2.90", ["OS-EXT-SRV-ATTR:hostname"], []), ("2.93", [], []),
  ]

  @Test("a server has the members of its microversion, and no others")
  func members() async throws {
    try await ComputeFixture.serving { compute in
      let id = try await compute.activeServer()
      var members = Self.first
      var known = Self.first.union(Self.administrators)
      for step in Self.added {
        members.formUnion(step.members)
        known.formUnion(step.members.union(step.administrators))
        let shown = try await compute.show(id, token: "member", version: step.version)
        #expect(Set(shown?.object?.names ?? []) == members, "\(step.version)")
        let all = try await compute.show(id, version: step.version)
        #expect(Set(all?.object?.names ?? []) == known, "\(step.version)")
        let list = try await compute.send("GET", "/v2.1/servers/detail", token: "member", version: step.version)
        let listed = Set(list.body?["servers"]?.array?.first?.object?.names ?? [])
        #expect(listed == members.subtracting(["server_groups"]), "\(step.version)")
      }
    }
  }

  @Test("a server's flavor is named before 2.47, and told as it was from there on")
  func flavor() async throws {
    try await ComputeFixture.serving { compute in
      let id = try await compute.activeServer()
      #expect(try await compute.show(id)?["flavor"]?["id"] == "0")
      #expect(
        try await compute.show(id, version: "2.47")?["flavor"] == [
          "vcpus": 1, "ram": 128, "disk": 0, "ephemeral": 0, "swap": 0, "original_name": "m1.nano", "extra_specs": [:],
        ])
    }
  }

  /// What a `PUT` leaves out before 2.75.
  static let notTold: Set<String> = [
    "OS-EXT-AZ:availability_zone", "config_drive", "key_name", "OS-SRV-USG:launched_at", "OS-SRV-USG:terminated_at",
    "security_groups", "OS-EXT-STS:task_state", "OS-EXT-STS:vm_state", "OS-EXT-STS:power_state",
    "os-extended-volumes:volumes_attached",
  ]

  @Test("a changed server is told in full from 2.75 on")
  func changed() async throws {
    try await ComputeFixture.serving { compute in
      let id = try await compute.activeServer()
      let change: JSONValue = ["server": ["name": "new", "accessIPv4": "10.0.0.1", "accessIPv6": "fe80::1"]]
      let path = "/v2.1/servers/\(id)"
      let old = try await compute.send("PUT", path, change, token: "member").body?["server"]
      #expect(Set(old?.object?.names ?? []) == Self.first.subtracting(Self.notTold))
      #expect(old?["name"] == "new")
      #expect(old?["accessIPv4"] == "10.0.0.1")
      #expect(old?["accessIPv6"] == "fe80::1")
      let later = try await compute.send("PUT", path, change, token: "member", version: "2.75").body?["server"]
      #expect(Self.first.isSubset(of: later?.object?.names ?? []))
      let disk: JSONValue = ["server": ["OS-DCF:diskConfig": "AUTO", "description": .null, "hostname": "h-1"]]
      let named = try await compute.send("PUT", path, disk, token: "member", version: "2.90").body?["server"]
      #expect(named?["OS-DCF:diskConfig"] == "AUTO")
      #expect(named?["OS-EXT-SRV-ATTR:hostname"] == "h-1")
      #expect(named?["description"] == .null)
      #expect(try await compute.send("PUT", path, disk, token: "member", version: "2.89").status == 400)
      #expect(try await compute.send("PUT", path, change, token: "reader").status == 403)
      #expect(try await compute.send("PUT", path, change, token: "other").status == 404)
      let bad: JSONValue = ["server": ["accessIPv4": "10.0.0"]]
      #expect(
        try await compute.send("PUT", path, bad).message
          == "Invalid input for field/attribute accessIPv4. Value: 10.0.0. '10.0.0' is not a 'ipv4'")
    }
  }
}
