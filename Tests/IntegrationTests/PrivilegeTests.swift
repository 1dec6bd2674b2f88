import Foundation
import JSON
import Support
import Testing

extension IntegrationTests {
  /// What `docs/operations.md` says that the L2 agent may do.
  @Suite("The agent's privileges")
  struct PrivilegeTests {
    @Test("an unprivileged user with CAP_NET_ADMIN and nothing else wires and filters a port")
    func networkAdministrator() async throws {
      try await Installation.with { installation in
        try await installation.startServer()
        let agent = try Self.startAgent(installation)
        do {
          try await installation.database.wait(until: "the agent has reported", "SELECT id FROM agents")
          #expect(textOfFile("/proc/\(agent.processID)/status").contains("CapEff:\t0000000000001000\n"))
          #expect(textOfFile("/proc/\(agent.processID)/status").contains("Uid:\t65534\t65534\t65534\t65534\n"))
          try await Self.requireWiring(installation)
        } catch {
          Issue.record(error, "\(agent.logTail())")
        }
        await agent.kill()
      }
    }

    /// The agent as nobody, from a copy that nobody may read, and told by its environment what stands in agent.conf.
    private static func startAgent(_ installation: Installation) throws -> ProgramProcess {
      let program = installation.folder.file("plugboard-agent")
      try FileManager.default.copyItem(atPath: Installation.binary("plugboard-agent"), toPath: program)
      for path in [installation.folder.path, program] {
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
      }
      let secret = textOfFile(installation.folder.file("agent.conf")).split(separator: "\n")
        .first { $0.hasPrefix("secret = ") }?.dropFirst("secret = ".count)
      let capability = "=-all,+net_admin"
      return try ProgramProcess(
        name: "plugboard-agent",
        command: installation.namespace.command([
          "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--no-new-privs",
          "--inh-caps\(capability)", "--ambient-caps\(capability)", "--bounding-set\(capability)",
          program, "--host", Installation.host,
        ]),
        environment: [
          "OS_PLUGBOARD__SERVER": "http://127.0.0.1:9696", "OS_PLUGBOARD__SECRET": secret.map(String.init) ?? "",
          "OS_VXLAN__LOCAL_IP": "127.0.0.1", "OS_VXLAN__REMOTE_IPS": "",
        ],
        output: installation.folder.file("plugboard-agent.log"))
    }

    /// A port in the default security group becomes ACTIVE, its tap is in the bridge and its rules are there.
    private static func requireWiring(_ installation: Installation) async throws {
      let api = try await API(installation)
      let network = try await api.makeNetwork()
      let tap = try await installation.plug(api, on: network).tap
      let bridge = "brq\(network.prefix(11))"
      #expect(try await installation.namespace.ip("link", "show", "master", bridge).contains(tap))
      let rules = try await installation.namespace.run(["nft", "list", "table", "bridge", "plugboard"])
      #expect(rules.output.contains(tap))
    }
  }
}
