package import AsyncHTTPClient
internal import JSON
package import Logging
package import Model
internal import NIOHTTP1
package import OpenStackHTTP

/// The Image service over its public API.
package struct GlanceClient: ImageAPI {
  let client: ServiceClient
  let endpoint: String
  let tokens: any TokenSource
  let httpClient: HTTPClient

  /// - Parameter endpoint: The service's address, with or without the `/v2`.
  package init(endpoint: String, tokens: any TokenSource, httpClient: HTTPClient, logger: Logger) {
    var address = endpoint
    while address.hasSuffix("/") { address.removeLast() }
    if !address.hasSuffix("/v2") { address += "/v2" }
    client = ServiceClient(
      endpoint: address, tokens: tokens, httpClient: httpClient, userAgent: "plugboard-compute", logger: logger)
    (self.endpoint, self.tokens, self.httpClient) = (address, tokens, httpClient)
  }

  package func image(_ id: UUID) async throws -> ImageDescription {
    let answer = try await client.call(.get, "/images/\(id)", deadline: .seconds(10))
    guard answer.status != 404 else { throw ImageError("Image \(id) could not be found.") }
    guard answer.isSuccess, let body = answer.body, let status = body["status"]?.string else {
      throw ImageError("the Image service answered \(answer.status) for image \(id)", isTransient: answer.status >= 500)
    }
    var image = ImageDescription(
      id: id, status: status, diskFormat: body["disk_format"]?.string,
      size: body["size"]?.integer.flatMap { Int(exactly: $0) } ?? 0, hashAlgorithm: body["os_hash_algo"]?.string,
      hashValueText: body["os_hash_value"]?.string, checksum: body["checksum"]?.string)
    image.kernelID = body["kernel_id"]?.string.flatMap { UUID($0) }
    image.ramdiskID = body["ramdisk_id"]?.string.flatMap { UUID($0) }
    return image
  }

  /// The data goes from the socket to the file piece by piece. A transfer that stands still for long is ended by the
  /// HTTP client's read time-out.
  package func download(_ id: UUID, to path: String) async throws {
    let token = try await tokens.token()
    let status = try await attempt(id, to: path, token)
    guard status == 401 else { return try Self.check(status, id) }
    await tokens.invalidate(token)
    try Self.check(try await attempt(id, to: path, try await tokens.token()), id)
  }

  private func attempt(_ id: UUID, to path: String, _ token: String) async throws -> Int {
    let request = try HTTPClient.Request(
      url: "\(endpoint)/images/\(id)/file", headers: ["X-Auth-Token": token, "User-Agent": "plugboard-compute"])
    let delegate = try FileDownloadDelegate(path: path)
    let task = httpClient.execute(request: request, delegate: delegate)
    return try await withTaskCancellationHandler {
      Int(try await task.get().head.status.code)
    } onCancel: {
      task.cancel()
    }
  }

  private static func check(_ status: Int, _ id: UUID) throws {
    guard status == 200 || status == 204 else {
      throw ImageError("the Image service answered \(status) for the data of image \(id)", isTransient: status >= 500)
    }
  }
}
