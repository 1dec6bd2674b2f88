internal import AsyncHTTPClient
internal import JSON
package import Model
internal import NIOCore
internal import NIOHTTP1
internal import OpenStackHTTP
internal import _NIOFileSystem

/// What a snapshot takes: an image that the Compute service has made gets its data and its properties.
extension GlanceClient {
  package func upload(_ id: UUID, from path: String, diskFormat: String, containerFormat: String) async throws {
    try await patch(id, [("disk_format", diskFormat), ("container_format", containerFormat)])
    let token = try await tokens.token()
    let status = try await send(path, id, token)
    guard status == 401 else { return try Self.check(status, id, "refused the data of") }
    await tokens.invalidate(token)
    try Self.check(try await send(path, id, try await tokens.token()), id, "refused the data of")
  }

  package func setProperties(_ properties: [String: String], of id: UUID) async throws {
    try await patch(id, properties.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
  }

  package func delete(_ id: UUID) async throws {
    let answer = try await client.call(.delete, "/images/\(id)")
    guard answer.status != 404 else { return }
    try Self.check(answer.status, id, "did not delete")
  }

  private func patch(_ id: UUID, _ members: [(name: String, value: String)]) async throws {
    let changes = members.map { member -> JSONValue in
      let name = member.name.replacing("~", with: "~0").replacing("/", with: "~1")
      return ["op": "add", "path": .string("/\(name)"), "value": .string(member.value)]
    }
    let answer = try await client.call(
      .patch, "/images/\(id)", body: .array(changes),
      headers: [("Content-Type", "application/openstack-images-v2.1-json-patch")])
    try Self.check(answer.status, id, "did not change")
  }

  /// The file goes to the socket piece by piece. A transfer that stands still is ended by the HTTP client's time-outs,
  /// any other by the deadline, which leaves a terabyte its time.
  private func send(_ path: String, _ id: UUID, _ token: String) async throws -> Int {
    var request = HTTPClientRequest(url: "\(endpoint)/images/\(id)/file")
    request.method = .PUT
    request.headers.add(name: "X-Auth-Token", value: token)
    request.headers.add(name: "User-Agent", value: "plugboard-compute")
    request.headers.add(name: "Content-Type", value: "application/octet-stream")
    return try await FileSystem.shared.withFileHandle(forReadingAt: FilePath(path)) { file in
      let size = try await file.info().size
      request.body = .stream(file.readChunks(in: 0..<size, chunkLength: .kibibytes(256)), length: .known(size))
      let response = try await httpClient.execute(request, timeout: .hours(6))
      _ = try await response.body.collect(upTo: 1 << 20)
      return Int(response.status.code)
    }
  }

  private static func check(_ status: Int, _ id: UUID, _ failure: String) throws {
    guard !(200..<300).contains(status) else { return }
    throw ImageError("the Image service \(failure) image \(id): \(status)", isTransient: status >= 500)
  }
}
