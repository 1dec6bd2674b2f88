import Foundation
import JSON
import Support
import Testing

/// The REST services of an installation, as its admin sees them.
///
/// Requests are made by `curl` inside the installation's namespace, so nothing of ours is between the bytes and the
/// test.
struct API: Sendable {
  /// A service and its usual port.
  enum Service: Int, Sendable {
    case identity = 5000
    case compute = 8774
    case image = 9292
    case networking = 9696
  }

  /// What a service answered.
  struct Answer: Sendable {
    let status: Int
    /// By name in small letters.
    let headers: [String: String]
    let body: [UInt8]

    /// The body as JSON; `null` if it is none.
    var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
  }

  let namespace: NetworkNamespace
  let token: String

  /// Logs in as the admin of `clouds.yaml`.
  init(_ installation: Installation) async throws {
    namespace = installation.namespace
    let password = try Self.adminPassword(installation)
    let body: JSONValue = [
      "auth": [
        "identity": [
          "methods": ["password"],
          "password": ["user": ["name": "admin", "domain": ["id": "default"], "password": .string(password)]],
        ],
        "scope": ["project": ["name": "admin", "domain": ["id": "default"]]],
      ]
    ]
    let answer = try await Self.request(namespace, "POST", .identity, "/v3/auth/tokens", body: body.bytes, headers: [:])
    token = try #require(answer.headers["x-subject-token"], "no token: \(answer.status) \(answer.json)")
  }

  /// The password that the server has written into `clouds.yaml`.
  static func adminPassword(_ installation: Installation) throws -> String {
    let clouds = textOfFile(installation.folder.file("clouds.yaml"))
    let line = try #require(
      clouds.split(separator: "\n").first { $0.contains("password:") }, "clouds.yaml has no password: \(clouds)")
    return line.split(separator: ":", maxSplits: 1)[1].filter { !" \"'".contains($0) }
  }

  /// Makes a request with the token.
  func request(
    _ method: String, _ service: Service, _ path: String, _ body: JSONValue? = nil, headers: [String: String] = [:]
  ) async throws -> Answer {
    try await send(method, service, path, bytes: body?.bytes, headers: headers)
  }

  /// The same with any bytes as the body.
  func send(
    _ method: String, _ service: Service, _ path: String, bytes: [UInt8]?, headers: [String: String] = [:]
  ) async throws -> Answer {
    let headers = ["X-Auth-Token": token].merging(headers) { $1 }
    return try await Self.request(namespace, method, service, path, body: bytes, headers: headers)
  }

  /// Makes a request that has to succeed, and returns the body.
  @discardableResult
  func checked(
    _ method: String, _ service: Service, _ path: String, _ body: JSONValue? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> JSONValue {
    let answer = try await request(method, service, path, body)
    try #require(
      (200..<300).contains(answer.status), "\(method) \(path): \(answer.status) \(answer.json)",
      sourceLocation: sourceLocation)
    return answer.json
  }

  /// Makes a request with just these headers; an empty value leaves a header out that curl would send.
  static func request(
    _ namespace: NetworkNamespace, _ method: String, _ service: Service, _ path: String, body: [UInt8]?,
    headers: [String: String]
  ) async throws -> Answer {
    let folder = try TemporaryDirectory()
    var command = [
      "curl", "--silent", "--show-error", "--max-time", "60", "--request", method, "--output", folder.file("body"),
      "--dump-header", folder.file("head"),
    ]
    if let body {
      command += ["--data-binary", "@" + (try folder.write(body, to: "request"))]
      if headers["Content-Type"] == nil { command += ["--header", "Content-Type: application/json"] }
    }
    for (name, value) in headers.sorted(by: { $0.key < $1.key }) { command += ["--header", "\(name): \(value)"] }
    let result = try await namespace.run(command + ["http://127.0.0.1:\(service.rawValue)\(path)"])
    try #require(result.succeeded, "curl: \(result.errors)")
    let answered = try? Data(contentsOf: URL(fileURLWithPath: folder.file("body")))
    return Answer(head: textOfFile(folder.file("head")), body: Array(answered ?? Data()))
  }
}

extension API.Answer {
  /// Reads the head that `curl --dump-header` wrote; the last one, if there was a `100 Continue` before it.
  init(head: String, body: [UInt8]) {
    let heads = head.replacing("\r\n", with: "\n").split(separator: "\n\n")
    let lines = (heads.last ?? "").split(separator: "\n")
    status = lines.first.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) } ?? 0
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    self.headers = headers
    self.body = body
  }
}
