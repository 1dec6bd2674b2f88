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

    @Test("goes through the whole life of networks, subnets and ports")
    func networks() async throws {
      try await run("networks", "subnets", "ports")
    }

    @Test("goes through the whole life of security groups, shared networks, quotas, agents and QoS")
    func operations() async throws {
      try await run("security_groups", "sharing", "operations", "qos")
    }

    @Test("goes through the whole life of everything that the Identity service keeps, and logs in in every way")
    func identities() async throws {
      try await run("identities")
    }

    @Test("makes the right exception of every wrong request")
    func refusals() async throws {
      try await run("refusals")
    }

    private func run(_ areas: String...) async throws {
      try await Installation.with { installation in
        try await installation.startServer(environment: Self.providers)
        try await installation.startAgent()
        let result = try await installation.runPython(["-m", "unittest"] + areas)
        // unittest tells everything on standard error.
        if !result.succeeded { Issue.record("\(areas):\n\(result.output)\(result.errors)\n\(installation.logs)") }
      }
    }
  }
}
