import Foundation
import JSON
import Support
import Testing

/// Many clients at once: `Clients/crowd.py`.
struct ClientCrowd: Sendable {
  /// What one client was answered.
  struct Answer: Sendable {
    let status: Int
    let body: JSONValue

    /// The type of a refusal by the Networking service.
    var errorType: String? { body["NeutronError"]?["type"]?.string }
  }

  let installation: Installation
  let api: API

  static let size = 64

  /// Sends the requests from 64 clients, client n request n modulo their number, and returns all answers.
  func send(_ requests: [JSONValue], times: Int = 1) async throws -> [Answer] {
    // What a program prints is added to its file.
    let output = installation.folder.file("crowd.output")
    try? FileManager.default.removeItem(atPath: output)
    let process = try start(requests, times: times, output: output)
    let status = try await process.waitForExit(within: .seconds(120))
    try #require(status == 0, "\(textOfFile(output))")
    return try Self.answers(in: output)
  }

  /// The same, while the test does something else.
  func start(_ requests: [JSONValue], times: Int, output: String) throws -> ProgramProcess {
    let file = try installation.folder.write(JSONValue.array(requests).bytes, to: "crowd.json")
    return try installation.startScript(
      "crowd", [file, "\(Self.size)", "\(times)", "\(API.Service.networking.rawValue)"], output: output)
  }

  func request(_ method: String, _ path: String, _ body: JSONValue? = nil) -> JSONValue {
    [
      "method": .string(method), "path": .string(path), "body": body ?? .null,
      "headers": ["X-Auth-Token": .string(api.token), "Content-Type": "application/json"],
    ]
  }

  static func answers(in output: String) throws -> [Answer] {
    try textOfFile(output).split(separator: "\n").map { line in
      let json = try JSONValue(parsing: String(line))
      return Answer(status: Int(try #require(json["status"]?.integer)), body: json["body"] ?? .null)
    }
  }
}

extension API {
  /// A network of type `local` with one subnet; returns the network's id.
  func makeNetwork(cidr: String) async throws -> String {
    let network = try await checked(
      "POST", .networking, "/v2.0/networks", ["network": ["provider:network_type": "local"]])
    let id = try #require(network["network"]?["id"]?.string)
    try await checked(
      "POST", .networking, "/v2.0/subnets",
      ["subnet": ["network_id": .string(id), "ip_version": 4, "cidr": .string(cidr)]])
    return id
  }

  /// Sets the limits of the admin's project.
  func setQuota(_ limits: JSONValue) async throws {
    let project = try await checked("GET", .networking, "/v2.0/quotas/project")
    let id = try #require(project["project"]?["project_id"]?.string)
    try await checked("PUT", .networking, "/v2.0/quotas/\(id)", ["quota": limits])
  }
}
