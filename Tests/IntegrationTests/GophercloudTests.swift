import JSON
import Support
import Testing

extension IntegrationTests {
  /// A client that is neither ours nor Python's, compiled from the distribution's packages.
  @Suite("gophercloud, the library under Terraform's provider")
  struct GophercloudTests {
    @Test("goes from a network to a server and back, and logs in in both ways")
    func life() async throws {
      try await Installation.with { installation in
        try await installation.startAll()
        let program = installation.folder.file("gopher")
        try await Self.compile(to: program, cache: installation.folder.file("cache"))
        let result = try await installation.namespace.run(
          [program], environment: try credentials(installation), within: .seconds(180))
        try #require(result.succeeded, "\(result.output)\(result.errors)")
      }
    }

    @Test("finds the version document of every service where its discovery looks for it")
    func discovery() async throws {
      try await Installation.with { installation in
        try await installation.startServer()
        // Without a token: at the address of the catalog, and at its root.
        let documents: [(API.Service, String, String)] = [
          (.identity, "/v3", "v3."), (.identity, "/v3/", "v3."), (.identity, "/", "v3."), (.networking, "/", "v2.0"),
          (.compute, "/v2.1", "v2.1"), (.compute, "/v2.1/", "v2.1"), (.compute, "/", "v2.1"), (.image, "/", "v2."),
          (.image, "/versions", "v2."),
        ]
        for (service, path, version) in documents {
          let answer = try await API.request(installation.namespace, "GET", service, path, body: nil, headers: [:])
          #expect([200, 300].contains(answer.status), "\(service) \(path): \(answer.status)")
          let one = answer.json["version"].map { [$0] }
          let several = answer.json["versions"]?.array ?? answer.json["versions"]?["values"]?.array
          let ids = (one ?? several ?? []).compactMap { $0["id"]?.string }
          #expect(ids.contains { $0.hasPrefix(version) }, "\(service) \(path): \(answer.json)")
          for document in one ?? several ?? [] {
            let links = document["links"]?.array?.filter { $0["rel"] == "self" }.compactMap { $0["href"]?.string } ?? []
            #expect(links.allSatisfy { $0.hasPrefix("http://127.0.0.1:\(service.rawValue)/") } && !links.isEmpty)
          }
        }
      }
    }

    /// The distribution keeps the sources of Go packages in one folder, without modules.
    private static func compile(to program: String, cache: String) async throws {
      let sources = ["main.go", "networks.go"].map { "\(ClientScripts.folder)/gophercloud/\($0)" }
      try await runChecked(
        ["go", "build", "-o", program] + sources,
        environment: [
          "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": cache, "GOFLAGS": "", "CGO_ENABLED": "0",
        ], within: .seconds(300))
    }

    private func credentials(_ installation: Installation) throws -> [String: String] {
      [
        "OS_AUTH_URL": "http://127.0.0.1:\(API.Service.identity.rawValue)/v3", "OS_USERNAME": "admin",
        "OS_PASSWORD": try API.adminPassword(installation), "OS_PROJECT_NAME": "admin", "OS_DOMAIN_NAME": "Default",
      ]
    }
  }
}
