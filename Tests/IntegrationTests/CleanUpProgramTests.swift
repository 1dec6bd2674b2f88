import Foundation
import JSON
import Support
import Testing

extension IntegrationTests {
  /// What an operator runs on a host that is taken out of service.
  @Suite("The clean-up commands")
  struct CleanUpProgramTests {
    @Test("of an agent that was killed no link, rule, namespace or process is left, and the host has its address back")
    func nothingIsLeft() async throws {
      try await Installation.with { installation in
        let namespace = installation.namespace
        try await namespace.ip("link", "add", "eth1", "type", "veth", "peer", "name", "far")
        for link in ["eth1", "far"] { try await namespace.ip("link", "set", link, "up") }
        try await namespace.ip("address", "add", "192.0.2.7/24", "dev", "eth1")
        try await namespace.ip("link", "add", "br-mine", "type", "bridge")
        try await installation.startServer()
        let host = try await HostWithNamespaces(installation)
        try await host.finally {
          let agent = try host.startAgent()
          try await installation.database.wait(
            until: "both roles have reported", "SELECT id FROM agents LIMIT 1 OFFSET 1")
          try await Self.wirePorts(installation)
          #expect(try await namespace.ip("address", "show", "dev", "eth1").contains("192.0.2.7") == false)
          #expect(host.namespaces.count == 3 && host.dnsmasqs.count == 3)

          let refusal = try await host.plugboard("netns-cleanup")
          #expect(refusal.status == 1 && refusal.output.contains("(pid \(agent.processID)) runs; stop it first"))
          await agent.kill()
          try await Self.requireSuccess(host.plugboard("netns-cleanup"))
          #expect(host.namespaces.isEmpty && host.dnsmasqs.isEmpty)
          try await Self.requireSuccess(
            host.plugboard("linuxbridge-cleanup", "--config-file", installation.folder.file("agent.conf")))
        }
        #expect(Set(try await namespace.links()) == ["lo", "eth1", "far", "br-mine"])
        #expect(try await namespace.ip("address", "show", "dev", "eth1").contains("192.0.2.7/24"))
        #expect(try await namespace.run(["nft", "list", "ruleset"]).output.isEmpty)
      }
    }

    private static func requireSuccess(_ output: CommandOutput) {
      #expect(output.succeeded, "\(output.output)\(output.errors)")
    }

    /// A port each on a flat, a local and a VXLAN network with DHCP, all of them ACTIVE.
    private static func wirePorts(_ installation: Installation) async throws {
      let api = try await API(installation)
      let tunneled = try await api.checked(
        "POST", .networking, "/v2.0/networks", ["network": ["provider:network_type": "vxlan"]])
      let tunneledID = try #require(tunneled["network"]?["id"]?.string)
      try await api.checked(
        "POST", .networking, "/v2.0/subnets",
        ["subnet": ["network_id": .string(tunneledID), "ip_version": 4, "cidr": "10.20.40.0/24"]])
      let networks = [
        try await api.makeNetwork(physicalNetwork: "physnet1"), try await api.makeNetwork(), tunneledID,
      ]
      for network in networks { _ = try await installation.plug(api, on: network) }
    }
  }

  /// The installation's namespace with names of its own for further ones: another /run/netns than the machine's.
  private struct HostWithNamespaces {
    private let installation: Installation
    /// Holds the mounts.
    private let holder: ProgramProcess
    private let environment: [String: String]

    init(_ installation: Installation) async throws {
      self.installation = installation
      environment = [
        "OS_LINUX_BRIDGE__PHYSICAL_INTERFACE_MAPPINGS": "physnet1:eth1", "OS_PLUGBOARD__ROLES": "l2,dhcp",
        "OS_DEFAULT__DHCP_CONFS": installation.folder.file("dhcp"),
      ]
      let holder = try ProgramProcess(
        name: "mounts",
        command: installation.namespace.command([
          "unshare", "--mount", "--propagation", "private", "sh", "-c",
          "mkdir -p /run/netns && mount -t tmpfs tmpfs /run/netns && exec sleep infinity",
        ]), output: installation.folder.file("mounts.log"))
      self.holder = holder
      try await waitUntil("the names are private") { textOfFile("/proc/\(holder.processID)/comm") == "sleep\n" }
    }

    private func command(_ program: String, _ arguments: [String]) -> [String] {
      ["nsenter", "--target", "\(holder.processID)", "--mount", "--net", Installation.binary(program)] + arguments
    }

    func startAgent() throws -> ProgramProcess {
      try ProgramProcess(
        name: "plugboard-agent",
        command: command(
          "plugboard-agent", ["--config-file", installation.folder.file("agent.conf"), "--host", Installation.host]),
        environment: environment, output: installation.folder.file("plugboard-agent.log"))
    }

    func plugboard(_ arguments: String...) async throws -> CommandOutput {
      try await run(command("plugboard", arguments), environment: environment)
    }

    var namespaces: [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(holder.processID)/root/run/netns")) ?? [])
        .filter { $0.hasPrefix("qdhcp-") }
    }

    /// The processes that read the files of this host's networks.
    var dnsmasqs: [Int32] {
      ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }.filter {
        textOfFile("/proc/\($0)/cmdline").contains("--pid-file=\(installation.folder.file("dhcp"))")
      }
    }

    /// Runs `body`, and ends what would outlive the installation.
    func finally(_ body: () async throws -> Void) async throws {
      do {
        try await body()
      } catch {
        Issue.record(error, "\(textOfFile(installation.folder.file("plugboard-agent.log")).suffix(4000))")
      }
      _ = try await plugboard("netns-cleanup", "--force")
      await holder.kill()
    }
  }
}
