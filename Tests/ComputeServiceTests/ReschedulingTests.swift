import ComputeService
import HostRPC
import JSON
import Logging
import Model
import OpenStackHTTP
import SQLite
import Store
import Support
import Testing

@testable import ComputeService

@Suite("Builds that go to another host", .timeLimit(.minutes(2))) struct ReschedulingTests {
  /// What is in a host's inbox, by method.
  static func inbox(_ compute: ComputeFixture, _ host: String) async throws -> [String] {
    try await compute.store.read { snapshot in
      try snapshot.inbox(
        host: host, binary: ComputeService.hostBinary, after: 0, through: .max, limit: 100
      ).map(\.method)
    }
  }

  static func fail(_ compute: ComputeFixture, _ host: String, _ id: UUID, mayReschedule: Bool = true) async throws {
    let fault = InstanceUpdate.Fault(message: "no memory on \(host)", mayReschedule: mayReschedule)
    _ = try await compute.host(host).call(
      UpdateInstance.self, InstanceUpdate(instanceID: id, vmState: "error", taskState: .cleared, fault: fault))
  }

  @Test("a build that a host fails is tried on others, and ends when it has been tried often enough")
  func failures() async throws {
    try await ComputeFixture.serving { compute in
      for host in ["h1", "h2", "h3", "h4"] { try await compute.report(host) }
      let server = try await compute.place()
      let id = try #require(server.uuid)
      var hosts: [String] = []
      for attempt in 1...3 {
        let shown = try #require(try await compute.show(id))
        let host = try #require(shown.host)
        #expect(shown["status"] == "BUILD")
        #expect(!hosts.contains(host))
        #expect(try await Self.inbox(compute, host) == ["build_and_run_instance"])
        try await Self.fail(compute, host, id)
        hosts.append(host)
        if attempt < 3 { #expect(try await Self.inbox(compute, host) == ["remove_instance"]) }
      }
      let shown = try await compute.show(id)
      #expect(shown?["status"] == "ERROR")
      #expect(
        shown?["fault"]?["message"]
          == .string(
            "Exceeded maximum number of retries. Exceeded max scheduling attempts 3 for instance \(id). Last "
              + "exception: no memory on \(hosts[2])"))
      let nodes = try await compute.store.read { try $0.computeNodes() }
      #expect(nodes.filter { $0.used.instances > 0 }.map(\.host) == [hosts[2]])
    }
  }

  @Test("without another host the fault says so, and keeps why the first one failed")
  func exhausted() async throws {
    try await ComputeFixture.serving { compute in
      try await compute.report("h1")
      let id = try #require(try await compute.place().uuid)
      try await Self.fail(compute, "h1", id)
      let fault = try await compute.show(id)?["fault"]
      #expect(fault?["message"] == .string(BuildRetry.exhausted(id)))
      #expect(fault?["details"] == "no memory on h1\nExcludedHosts: h1")
    }
  }

  @Test("a failure that would be the same elsewhere ends the build, and so does one on a host that was named")
  func finalFailures() async throws {
    try await ComputeFixture.serving { compute in
      for host in ["h1", "h2"] { try await compute.report(host) }
      let first = try #require(try await compute.place().uuid)
      let host = try #require(try await compute.show(first)?.host)
      try await Self.fail(compute, host, first, mayReschedule: false)
      #expect(try await compute.show(first)?["fault"]?["message"] == .string("no memory on \(host)"))
      let named = try #require(try await compute.place(["availability_zone": "nova:h2"]).uuid)
      try await Self.fail(compute, "h2", named)
      #expect(try await compute.show(named)?["fault"]?["message"] == "no memory on h2")
    }
  }

  @Test("a host that dies during a build loses it, removes what it has when it comes back, and is not believed")
  func silence() async throws {
    var options = ComputeOptions.unlimited
    // The test looks by itself.
    options.watchdogInterval = .seconds(3600)
    try await ComputeFixture.serving(options: options) { [options] compute in
      try await compute.report("h1")
      let id = try #require(try await compute.place().uuid)
      try await compute.report("h2")
      try await compute.store.write { transaction in
        try transaction.execute(
          "UPDATE compute_nodes SET heartbeat_at = ? WHERE host = 'h1'", transaction.now - .seconds(90))
      }
      let nobody: @Sendable (any TokenSource) async throws -> ServiceClient = { _ in
        throw NeverHappened("the watchdog asks no other service")
      }
      let peers = ComputePeers(image: nobody, networking: nobody, tokens: FixedToken())
      await InstanceWatchdog(store: compute.store, peers: peers, options: options, logger: Logger(label: "test")).look()
      let shown = try await compute.show(id)
      #expect(shown?.host == "h2")
      #expect(shown?["status"] == "BUILD")
      #expect(try await Self.inbox(compute, "h1") == ["remove_instance"])
      #expect(try await Self.inbox(compute, "h2") == ["build_and_run_instance"])
      await #expect(throws: HostRPCError.self) {
        try await compute.host("h1").call(UpdateInstance.self, InstanceUpdate(instanceID: id, vmState: "active"))
      }
      let attempts = try await compute.store.read { try $0.buildAttempts(ofInstance: id) }
      #expect(attempts == BuildAttempts(triedHosts: ["h1"], isBoundToHost: false))
    }
  }
}
