import JSON
import Support
import Testing

extension IntegrationTests {
  @Suite("docs/openapi.json, seen by tools that are not ours")
  struct SchemaTests {
    private static let document = Repository.path + "/docs/openapi.json"
    private static let seed = 20_260

    @Test("is a valid OpenAPI 3.1 document")
    func isValid() async throws {
      try await runChecked([try ClientScripts.program("openapi-spec-validator"), "--schema", "3.1", Self.document])
    }

    @Test("requests made from it, right and wrong ones, find no error of the server's and no answer of another form")
    func properties() async throws {
      try await Installation.with { installation in
        try await installation.startServer(environment: SDKTests.providers)
        try await installation.startAgent()
        let result = try await installation.runScript("properties", [Self.document, "\(Self.seed)", "5", "120"])
        try #require(result.succeeded, "\(result.output)\(result.errors)")
        let told = try JSONValue(parsing: String(try #require(result.output.split(separator: "\n").last)))
        let wrong = (told["wrong"]?.array ?? [.null]).map { $0.string ?? "" }
        #expect(wrong == [], "\(result.output.prefix(200))\n\(wrong.joined(separator: "\n"))")
        #expect(try !installation.server.hasEnded)
        #expect(!installation.serverLog.contains(" error "), "\(installation.serverLog.suffix(4000))")
      }
    }
  }
}
