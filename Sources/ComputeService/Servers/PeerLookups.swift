import Hummingbird
import JSON
import Model
import OpenStackHTTP

/// The token of the user who makes a request, for asking other services in that user's name.
struct UserToken: TokenSource {
  let text: String

  func token() -> String { text }

  /// There is no other one; the refusal reaches the user.
  func invalidate(_ token: String) {}
}

/// Another service answered what was asked in our own name with something that is of no use.
struct PeerFailure: Error, CustomStringConvertible {
  let service: String
  let status: Int
  let request: String

  var description: String { "the \(service) service answered \(status) to \(request)" }
}

/// What the Compute service asks the Image and Networking services about a request to create a server. Each answers for
/// the user, so that nobody boots from or plugs into what they may not see.
struct PeerLookups: Sendable {
  let peers: ComputePeers
  let token: UserToken

  init(request: Request, peers: ComputePeers) {
    self.peers = peers
    token = UserToken(text: request.headers[OpenStackHeader.authToken] ?? "")
  }

  /// - Throws: `APIError` 400 if there is no such image for the user, or it cannot be booted.
  func image(
    _ id: UUID, for flavor: Flavor, absence: String = "Can not find requested image"
  ) async throws -> InstanceImage {
    let answer = try await ask(peers.image, "/v2/images/\(id)", "Image")
    guard answer.isSuccess, let image = answer.body else { throw APIError.badRequest(absence) }
    guard image["status"]?.string == "active" else { throw APIError.badRequest("Image \(id) is not active.") }
    if let memory = image["min_ram"]?.integer, memory > flavor.memoryMB {
      throw APIError.badRequest("Flavor's memory is too small for requested image.")
    }
    try Self.checkSize(of: image, flavor)
    var properties = JSONObject()
    for member in image.object?.members ?? [] where !Self.imageMembers.contains(member.name) {
      if member.value.string != nil { properties[member.name] = member.value }
    }
    return InstanceImage(
      id: id, diskFormat: image["disk_format"]?.string,
      kernelID: properties["kernel_id"]?.string.flatMap { UUID($0) },
      ramdiskID: properties["ramdisk_id"]?.string.flatMap { UUID($0) },
      properties: JSONValue.object(properties).description)
  }

  /// A flavor without a disk size has as much as the image takes.
  private static func checkSize(of image: JSONValue, _ flavor: Flavor) throws {
    guard flavor.rootGB > 0 else { return }
    let size = Int64(flavor.rootGB) << 30
    if let bytes = image["size"]?.integer, bytes > size {
      throw APIError.badRequest(
        "Flavor's disk is too small for requested image. Flavor disk is \(size) bytes, image is \(bytes) bytes.")
    }
    if let least = image["min_disk"]?.integer, least > flavor.rootGB {
      throw APIError.badRequest(
        "Flavor's disk is smaller than the minimum size specified in image metadata. Flavor disk is \(size) bytes, "
          + "minimum size is \(least << 30) bytes.")
    }
  }

  /// The members every image has; all others are its properties (the Image API v2, "Show image").
  private static let imageMembers: Set<String> = [
    "id", "name", "status", "visibility", "protected", "checksum", "owner", "size", "virtual_size", "disk_format",
    "container_format", "created_at", "updated_at", "min_disk", "min_ram", "tags", "self", "file", "schema",
    "os_hidden",
    "locations", "direct_url",
  ]

  /// The networks as the host gets them.
  ///
  /// - Throws: `APIError` 400 for a network or port that the user does not see, 409 for a port in use, or if there is
  ///   more than one network to choose from.
  func networks(_ request: ServerRequest.Networks) async throws -> [ServerRequest.NetworkChoice] {
    switch request {
    case .automatic:
      let networks = try await networkIDs(query: "fields=id")
      guard networks.count < 2 else {
        throw APIError.conflict("Multiple possible networks found, use a Network ID to be more specific.")
      }
      return networks.map { ServerRequest.NetworkChoice(networkID: $0) }
    case .listed(let choices):
      let wanted = Set(choices.compactMap { $0.portID == nil ? $0.networkID : nil })
      if !wanted.isEmpty {
        let query = wanted.map { "id=\($0)" }.joined(separator: "&") + "&fields=id"
        let missing = wanted.subtracting(try await networkIDs(query: query)).map(\.description).sorted()
        if !missing.isEmpty {
          throw APIError.badRequest("Network \(missing.joined(separator: ", ")) could not be found.")
        }
      }
      for port in choices.compactMap(\.portID) { try await checkPort(port) }
      return choices
    }
  }

  /// The groups' ids; none if only `default` is wanted, which the Networking service gives without being told.
  ///
  /// - Parameter groups: Names or ids, as in `POST /servers`.
  /// - Throws: `APIError` 400 for a group that is not there, 409 for a name that several have.
  func securityGroupIDs(_ groups: [String], inProject projectID: String) async throws -> [String] {
    guard groups.contains(where: { $0 != "default" }) else { return [] }
    let list = try await securityGroups(query: "tenant_id=\(projectID)&fields=id&fields=name")
    var ids: [String] = []
    for group in groups {
      let found =
        list.contains { $0["id"]?.string == group }
        ? [group]
        : list.filter { $0["name"]?.string == group }.compactMap { $0["id"]?.string }
      guard let id = found.first else {
        throw APIError.badRequest("Unable to find security_group with name or id '\(group)'")
      }
      guard found.count == 1 else {
        throw APIError.conflict(
          "Multiple security_group matches found for name '\(group)', use an ID to be more specific.")
      }
      if !ids.contains(id) { ids.append(id) }
    }
    return ids
  }

  /// - Parameter query: The filters of the Networking API, escaped.
  func securityGroups(query: String) async throws -> [JSONValue] {
    let answer = try await ask(peers.networking, "/v2.0/security-groups?\(query)", "Networking")
    guard answer.isSuccess, let list = answer.body?["security_groups"]?.array else {
      throw APIError(.serviceUnavailable, "The Networking service answered \(answer.status) to a list of groups.")
    }
    return list
  }

  /// A port as the user sees it; `nil` if the user does not.
  func port(_ id: UUID) async throws -> JSONValue? {
    let answer = try await ask(peers.networking, "/v2.0/ports/\(id)", "Networking")
    return answer.isSuccess ? answer.body?["port"] : nil
  }

  func networkIDs(query: String) async throws -> [UUID] {
    let answer = try await ask(peers.networking, "/v2.0/networks?\(query)", "Networking")
    guard answer.isSuccess, let networks = answer.body?["networks"]?.array else {
      throw APIError(.serviceUnavailable, "The Networking service answered \(answer.status) to a list of networks.")
    }
    return networks.compactMap { $0["id"]?.string.flatMap { UUID($0) } }
  }

  private func checkPort(_ id: UUID) async throws {
    guard let port = try await port(id) else { throw APIError.badRequest("Port id \(id) could not be found.") }
    if let device = port["device_id"]?.string, !device.isEmpty {
      throw APIError.conflict("Port \(id) is still in use.")
    }
  }

  /// - Throws: `APIError` 503 if the service does not answer, or is not well.
  func ask(
    _ service: @Sendable (any TokenSource) async throws -> ServiceClient, _ path: String, _ name: String,
    method: ServiceClient.Method = .get, body: JSONValue? = nil
  ) async throws -> ServiceClient.Answer {
    let answer: ServiceClient.Answer
    do {
      answer = try await service(token).call(method, path, body: body, deadline: .seconds(10))
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      throw APIError(.serviceUnavailable, "The \(name) service does not answer.", detail: "\(error)")
    }
    guard answer.status < 500 else {
      throw APIError(.serviceUnavailable, "The \(name) service answered \(answer.status).")
    }
    return answer
  }
}
