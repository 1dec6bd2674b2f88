import Support
import Testing

extension IntegrationTests {
  @Suite("Hosts, groups, flavors and quotas, as the stock clients use them")
  struct SchedulingClientTests {
    @Test("go through their whole life with openstacksdk and the commands of python-openstackclient")
    func scheduling() async throws {
      try await Installation.with { installation in
        try await installation.startServer()
        try await installation.startCompute()
        let result = try await installation.runPython(["-m", "unittest", "scheduling"])
        // unittest tells everything on standard error.
        if !result.succeeded { Issue.record("scheduling:\n\(result.output)\(result.errors)\n\(installation.logs)") }
      }
    }
  }
}
