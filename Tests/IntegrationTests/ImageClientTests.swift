import Support
import Testing

extension IntegrationTests {
  @Suite("Images, as the stock clients use them")
  struct ImageClientTests {
    @Test("go through their whole life with openstacksdk and the commands of python-openstackclient")
    func images() async throws {
      try await Installation.with { installation in
        try await installation.startServer()
        let result = try await installation.runPython(["-m", "unittest", "images"])
        // unittest tells everything on standard error.
        if !result.succeeded { Issue.record("images:\n\(result.output)\(result.errors)\n\(installation.logs)") }
      }
    }
  }
}
