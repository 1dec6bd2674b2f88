import Foundation
import JSON
import Support
import Testing

extension IntegrationTests {
  @Suite("Requests that no client would send")
  struct HostileGarbageTests {
    /// How much larger the server may be afterwards, in KiB. The allocator keeps pages that it has once needed and never
    /// gives all of them back, so there is no zero here; a kilobyte forgotten in each request would be 10,000 KiB more.
    private static let tolerance = 24 * 1024
    private static let seed = 20_260

    @Test("ten thousand of them leave a server that answers as before, with its memory where it was")
    func tenThousand() async throws {
      try await Installation.with { installation in
        try await installation.startServer()
        let api = try await API(installation)
        let network = try await api.makeNetwork()
        let port = try await api.makePort(on: network)
        // The first thousands make caches, pools and arenas as large as they will be.
        try await throwGarbage(4_000, seed: Self.seed - 1, installation, api)
        let before = try await state(installation, api, port: port)
        let memory = try residentMemory(of: installation.server)

        try await throwGarbage(10_000, seed: Self.seed, installation, api)

        #expect(try !installation.server.hasEnded)
        let growth = try residentMemory(of: installation.server) - memory
        #expect(growth < Self.tolerance, "the server has grown from \(memory) KiB by \(growth) KiB")
        for (now, before) in zip(try await state(installation, api, port: port), before) { #expect(now == before) }
        #expect(try installation.database.text("PRAGMA integrity_check") == "ok")
        #expect(try installation.database.rows("PRAGMA foreign_key_check") == [])
        #expect(!installation.serverLog.contains(" error "), "\(installation.serverLog.suffix(4000))")
      }
    }

    private func throwGarbage(_ count: Int, seed: Int, _ installation: Installation, _ api: API) async throws {
      let result = try await installation.runScript("garbage", ["\(seed)", "\(count)", api.token])
      try #require(result.succeeded, "\(result.output)\(result.errors)")
      let told = try #require(result.output.split(separator: "\n").last)
      let wrong = try JSONValue(parsing: String(told))["wrong"]?.array ?? [.null]
      #expect(wrong == [], "\(result.output)")
    }

    /// Everything that a passer-by could have changed: what is answered, and how many rows there are.
    private func state(_ installation: Installation, _ api: API, port: String) async throws -> [String] {
      var state: [String] = []
      let paths: [(API.Service, String)] = [
        (.networking, "/v2.0/ports/\(port)"), (.networking, "/v2.0/networks"), (.networking, "/v2.0/subnets"),
        (.networking, "/v2.0/ports?fields=id"), (.networking, "/v2.0/extensions"), (.identity, "/v3/users"),
        (.identity, "/v3/projects"), (.compute, "/v2.1/servers/detail"), (.image, "/v2/images"),
      ]
      for (service, path) in paths {
        let answer = try await api.request("GET", service, path)
        state.append("\(path) \(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
      }
      let tables = try installation.database.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      state.append("\(tables)")
      return state
    }

    /// The resident memory of a program in KiB.
    private func residentMemory(of program: ProgramProcess) throws -> Int {
      let lines = textOfFile("/proc/\(program.processID)/status").split(separator: "\n")
      let line = try #require(lines.first { $0.hasPrefix("VmRSS:") })
      return try #require(line.split { !$0.isNumber }.first.flatMap { Int($0) })
    }
  }
}

extension Installation {
  /// Everything the server has logged.
  var serverLog: String { (try? server.log).map(textOfFile) ?? "" }
}
