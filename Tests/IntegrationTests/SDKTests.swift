import Support
import Testing

extension IntegrationTests {
  /// Each area is a file of unittest cases in `Clients`, which also runs a few commands of python-openstackclient.
  @Suite("openstacksdk, the stock SDK of PyPI")
  struct SDKTests {
    /// What the networks of the tests may be made of; upstream's options.
    static let providers = [
      "OS_ML2_TYPE_FLAT__FLAT_NETWORKS": "physnet1",
      "OS_ML2_TYPE_VLAN__NETWORK_VLAN_RANGES": "physnet1:100:102",
    ]

    @Test(
      "goes through the whole life of every resource",
      arguments: ["networks", "subnets", "ports", "security_groups", "operations", "sharing", "identities"])
    func life(area: String) async throws {
      try await run(area)
    }

    @Test("makes the right exception of every wrong request")
    func refusals() async throws {
      try await run("refusals")
    }

    private func run(_ script: String) async throws {
      try await Installation.with { installation in
        try await installation.startServer(environment: Self.providers)
        try await installation.startAgent()
        let result = try await installation.runScript(script)
        // unittest tells everything on standard error.
        if !result.succeeded { Issue.record("\(script).py:\n\(result.output)\(result.errors)\n\(installation.logs)") }
      }
    }
  }
}
