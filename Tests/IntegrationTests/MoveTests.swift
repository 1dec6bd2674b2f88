import Support
import Testing

extension IntegrationTests {
  @Suite("Two hosts")
  struct MoveTests {
    @Test("servers with real guests are migrated, resized, reverted and evacuated, and their networks go with them")
    func moves() async throws {
      try await with { installation, second in
        let reports = ["OS_DEFAULT__REPORT_INTERVAL": "1"]
        try await installation.startCompute(environment: reports)
        try await installation.startCompute(on: second, environment: reports)
        let process = try installation.program("plugboard-compute@\(SecondHost.name)").processID
        try await run("moves", ["PLUGBOARD_COMPUTE2": "\(process)"], installation, second)
      }
    }

    @Test("a running guest with libvirt's daemon moves to the other host and back, and its port is ACTIVE where it is")
    func live() async throws {
      try await with { installation, second in
        var daemons: [LibvirtDaemon] = []
        do {
          for (host, address) in [(nil, SecondHost.firstAddress), (second, SecondHost.secondAddress)] {
            let namespace = host?.namespace ?? installation.namespace
            let daemon = try await LibvirtDaemon(
              hostName: "libvirt\(daemons.count + 1)", inNamespace: namespace.name, address: address)
            daemons.append(daemon)
            try await installation.startCompute(
              on: host,
              environment: [
                "OS_LIBVIRT__CONNECTION_URI": daemon.uri, "OS_LIBVIRT__LIVE_MIGRATION_INBOUND_ADDR": address,
                "OS_DEFAULT__REPORT_INTERVAL": "1",
              ])
          }
          try await run("live", [:], installation, second)
        } catch {
          for daemon in daemons { await daemon.stop() }
          throw error
        }
        for daemon in daemons { await daemon.stop() }
      }
    }

    /// Runs `body` with a server and the agents of two hosts.
    private func with(_ body: (Installation, SecondHost) async throws -> Void) async throws {
      try await Installation.with(driver: .libvirt) { installation in
        try await SecondHost.with(installation) { second in
          try await installation.startServer(environment: SecondHost.serverEnvironment)
          try await installation.startAgentInAllRoles(
            environment: SecondHost.agentEnvironment(SecondHost.firstAddress))
          try await installation.startAgent(
            on: second, environment: SecondHost.agentEnvironment(SecondHost.secondAddress))
          try await body(installation, second)
        }
      }
    }

    private func run(
      _ script: String, _ environment: [String: String], _ installation: Installation, _ second: SecondHost
    ) async throws {
      let result = try await installation.runPython(["-m", "unittest", script], environment: environment)
      if !result.succeeded { Issue.record("\(result.output)\(result.errors)\n\(installation.logs)") }
      try await installation.requireNothingLeft(on: second)
    }
  }
}
