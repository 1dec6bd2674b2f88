import Foundation
import JSON
import PacketTable
import Support
import Testing

extension IntegrationTests {
  @Suite("Chaos")
  struct ChaosTests {
    /// Set to the seed of a run that failed, to see it again.
    static var seed: UInt64 {
      ProcessInfo.processInfo.environment["PLUGBOARD_CHAOS_SEED"].flatMap { UInt64($0) }
        ?? UInt64.random(in: 0...UInt64(UInt32.max))
    }

    @Test("100 random operations on 10 instances, with kill -9 of all programs in between, end in agreement")
    func operations() async throws {
      let seed = Self.seed
      print("PLUGBOARD_CHAOS_SEED=\(seed)")
      try await Installation.with(driver: .libvirt) { installation in
        try await installation.startServer(environment: Chaos.serverEnvironment)
        try await installation.startAgent()
        try await installation.startCompute(environment: Chaos.computeEnvironment)
        var chaos = try await Chaos(installation, seed: seed)
        for _ in 0..<10 { try await chaos.create() }
        for number in 1...100 {
          try await chaos.operate()
          if number.isMultiple(of: 9) { try await chaos.killSomething() }
        }
        try await chaos.untilQuiet()
        try await chaos.requireAgreement()
        try await chaos.deleteAll()
        try await installation.requireNothingLeft()
        try await waitUntil("no tap is left") {
          try await !installation.namespace.links().contains { $0.hasPrefix("tap") }
        }
      }
    }
  }
}

/// Random operations on the instances of an installation. A server that refuses one is right to do so; what matters is
/// what is there in the end.
private struct Chaos {
  /// Guests without a system hear nothing, so there is no use in asking them again and again to shut down, or to let go
  /// of an interface.
  static let computeEnvironment = [
    "OS_DEFAULT__SHUTDOWN_TIMEOUT": "0", "OS_LIBVIRT__WAIT_SOFT_REBOOT_SECONDS": "0",
    "OS_LIBVIRT__DEVICE_DETACH_ATTEMPTS": "1",
  ]

  /// An instance that is deleted counts until it has gone, when its successor is there already.
  static let serverEnvironment = ["OS_QUOTA__INSTANCES": "-1", "OS_QUOTA__CORES": "-1"]

  let installation: Installation
  let api: API
  let network: String
  let image: String
  let flavors: [String]
  var instances: [String] = []
  var random: SplitMix
  var created = 0
  var history: [String] = []

  init(_ installation: Installation, seed: UInt64) async throws {
    (self.installation, random) = (installation, SplitMix(state: seed))
    api = try await API(installation)
    network = try await api.makeNetwork()
    image = try await api.makeEmptyImage()
    var flavors: [String] = []
    for (name, disk) in [("chaos1", 0), ("chaos2", 1)] {
      let flavor = try await api.checked(
        "POST", .compute, "/v2.1/flavors",
        ["flavor": ["name": .string(name), "ram": 64, "vcpus": 1, "disk": JSONValue(disk)]])
      flavors.append(try #require(flavor["flavor"]?["id"]?.string))
    }
    self.flavors = flavors
  }

  mutating func create() async throws {
    created += 1
    let id = try await api.bootServer(
      "chaos\(created)", image: image, networks: [["uuid": .string(network)]], flavor: flavors[0])
    instances.append(id)
  }

  private static let actions: [JSONValue] = [
    ["os-stop": .null], ["os-start": .null], ["reboot": ["type": "SOFT"]], ["reboot": ["type": "HARD"]],
    ["pause": .null], ["unpause": .null], ["suspend": .null], ["resume": .null], ["shelve": .null],
    ["unshelve": .null], ["rescue": .null], ["unrescue": .null], ["confirmResize": .null], ["revertResize": .null],
    ["createImage": ["name": "chaos"]], ["rebuild": [:]], ["resize": [:]], ["attach": .null], ["detach": .null],
    ["delete": .null],
  ]

  /// Asks for one random thing of one random instance, and now and then waits until it has ended.
  mutating func operate() async throws {
    guard let id = instances.randomElement(using: &random), let action = Self.actions.randomElement(using: &random),
      let name = action.object?.members.first?.name
    else { return }
    let status = try await perform(name, action, on: id)
    history.append("\(id.prefix(8)) \(name) \(status)")
    if Bool.random(using: &random) { try await untilIdle(id) }
  }

  private mutating func perform(_ name: String, _ action: JSONValue, on id: String) async throws -> Int {
    let path = "/v2.1/servers/\(id)"
    switch name {
    case "rebuild":
      return try await api.request("POST", .compute, "\(path)/action", ["rebuild": ["imageRef": .string(image)]]).status
    case "resize":
      let flavor = flavors.randomElement(using: &random) ?? ""
      let body: JSONValue = ["resize": ["flavorRef": .string(flavor)]]
      return try await api.request("POST", .compute, "\(path)/action", body).status
    case "attach":
      return try await api.request(
        "POST", .compute, "\(path)/os-interface", ["interfaceAttachment": ["net_id": .string(network)]]
      ).status
    case "detach":
      let ports = try installation.database.rows("SELECT id FROM ports WHERE device_id = ? ORDER BY id", [id])
      guard let port = ports.randomElement(using: &random)?.first else { return 0 }
      return try await api.request("DELETE", .compute, "\(path)/os-interface/\(port)").status
    case "delete":
      instances.removeAll { $0 == id }
      try await create()
      return try await api.request("DELETE", .compute, path).status
    default:
      return try await api.request("POST", .compute, "\(path)/action", action).status
    }
  }

  /// Ends one of the programs at whatever it is doing, and starts it again.
  mutating func killSomething() async throws {
    let program = ["server", "agent", "compute"].randomElement(using: &random) ?? ""
    history.append("kill -9 \(program)")
    switch program {
    case "server":
      try await installation.server.kill()
      try await installation.startServer(environment: Self.serverEnvironment)
    case "agent":
      try await installation.agent.kill()
      try await installation.startAgent()
    default:
      try await installation.compute.kill()
      try await installation.startCompute(environment: Self.computeEnvironment)
    }
  }

  private func untilIdle(_ id: String) async throws {
    try await wait(
      until: "nothing is done to \(id)",
      """
      SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM instances WHERE id = ?1 AND task_state IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM instance_operations WHERE instance_id = ?1)
      """, id)
  }

  func untilQuiet() async throws {
    try await wait(
      until: "nothing is done to any instance",
      """
      SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM instances WHERE task_state IS NOT NULL OR vm_state = 'building')
        AND NOT EXISTS (SELECT 1 FROM instance_operations) AND NOT EXISTS (SELECT 1 FROM host_messages)
        AND NOT EXISTS (SELECT 1 FROM pending_events JOIN instances ON instances.id = pending_events.instance_id
                        WHERE instances.host IS NOT NULL)
      """, "")
  }

  /// As the database's wait; a wait in vain tells what happened until then, and what is waited for.
  private func wait(until what: String, _ sql: String, _ id: String) async throws {
    do {
      try await installation.database.wait(until: what, sql, id)
    } catch {
      var words = history
      for query in [
        "SELECT instance_id, kind, leg, step, owner, started_at FROM instance_operations",
        "SELECT id, vm_state, task_state, power_state, fault_message FROM instances WHERE task_state IS NOT NULL",
        "SELECT device_id, id, status FROM ports WHERE device_id IN (SELECT instance_id FROM instance_operations)",
        "SELECT id, method, instance_id, substr(args, 1, 200) FROM host_messages", "SELECT * FROM pending_events",
      ] {
        words += try installation.database.rows(query, []).map { $0.joined(separator: " | ") }
      }
      Issue.record("\(words.joined(separator: "\n"))")
      throw error
    }
  }

  // MARK: Agreement

  /// Database, hypervisor, kernel, files and API say the same.
  func requireAgreement() async throws {
    let words = history.joined(separator: "\n")
    let rows = try installation.database.rows("SELECT id, vm_state FROM instances", [])
    let states = Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
    #expect(Set(states.keys) == Set(instances), "\(words)")
    let guests = try await guests()
    for (id, state) in states.sorted(by: { $0.key < $1.key }) {
      let shown = try await api.checked("GET", .compute, "/v2.1/servers/\(id)")
      #expect(shown["server"]?["OS-EXT-STS:vm_state"]?.string == state)
      if ["active", "paused", "rescued"].contains(state) {
        #expect(guests.contains(id), "\(id) is \(state), but has no guest\n\(words)")
      } else if state != "resized", state != "error" {
        #expect(!guests.contains(id), "\(id) is \(state), but has a guest\n\(words)")
      }
    }
    #expect(guests.isSubset(of: states.keys), "a guest is nobody's\n\(words)")
    try await requireNetworksAgree(guests, words)
    try requireFilesAgree(states, words)
  }

  private func guests() async throws -> Set<String> {
    var found: Set<String> = []
    for process in try await installation.namespace.processes() where process.command.first?.contains("qemu") == true {
      found.formUnion(instances.filter { id in process.command.contains { $0.contains(id) } })
      if !instances.contains(where: { id in process.command.contains { $0.contains(id) } }) { found.insert("unknown") }
    }
    return found
  }

  /// Every tap is a port's of an instance with a guest, and every such port is ACTIVE and has its tap.
  private func requireNetworksAgree(_ guests: Set<String>, _ words: String) async throws {
    try await waitUntil("the ports are as their taps") {
      let taps = Set(try await installation.namespace.links().filter { $0.hasPrefix("tap") })
      let ports = try installation.database.rows(
        "SELECT id, device_id, status FROM ports WHERE device_owner LIKE 'compute:%'", [])
      let plugged = ports.filter { guests.contains($0[1]) }
      return taps == Set(plugged.map { "tap\($0[0].prefix(11))" })
        && ports.allSatisfy { ($0[2] == "ACTIVE") == guests.contains($0[1]) }
    }
    let owners = try installation.database.rows(
      "SELECT DISTINCT device_id FROM ports WHERE device_owner LIKE 'compute:%'", []
    ).map { $0[0] }
    #expect(Set(owners).isSubset(of: instances), "a port is nobody's\n\(words)")
  }

  private func requireFilesAgree(_ states: [String: String], _ words: String) throws {
    let folders = Set(try FileManager.default.contentsOfDirectory(atPath: installation.folder.file("host/instances")))
    var expected: Set<String> = []
    var allowed: Set<String> = []
    for (id, state) in states where state != "shelved_offloaded" {
      if state == "error" { allowed.formUnion([id, "\(id)_resize"]) } else { expected.insert(id) }
      if state == "resized" { expected.insert("\(id)_resize") }
    }
    #expect(expected.isSubset(of: folders), "files are missing: \(expected.subtracting(folders))\n\(words)")
    let leaked = folders.subtracting(expected).subtracting(allowed)
    #expect(leaked.isEmpty, "files are nobody's: \(leaked)\n\(words)")
  }

  mutating func deleteAll() async throws {
    for id in instances { _ = try await api.request("DELETE", .compute, "/v2.1/servers/\(id)") }
    try await installation.database.wait(
      until: "every instance is gone", "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM instances)")
  }
}
