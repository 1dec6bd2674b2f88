import JSON
import Model
import OpenStackHTTP

/// The body of `POST /servers`, read and checked in as far as it can be without asking anybody.
struct ServerRequest: Sendable {
  enum Networks: Hashable, Sendable {
    /// The one network that the project sees, if it sees just one.
    case automatic
    /// What the request names, which may be nothing.
    case listed([NetworkChoice])
  }

  struct NetworkChoice: Hashable, Sendable {
    var networkID: UUID?
    var portID: UUID?
    var fixedIP: String?
  }

  var name: String
  var description: String?
  var hostname: String
  var flavorID: String
  var imageID: UUID
  var networks: Networks
  var details: InstanceRequest
  /// Names or ids, as they were sent; empty if none were.
  var securityGroups: [String]
  /// The key pair of the user's that goes into the guest.
  var keyName: String?
  /// The host that an administrator insists on.
  var requestedHost: String?
  var minimumCount: Int
  var maximumCount: Int
  var returnsReservation: Bool

  /// - Throws: `APIError` 400 for a body that is wrong, or asks for what there is not; 403 for a host named by a user.
  init(_ body: JSONValue, _ context: OpenStackRequestContext) throws {
    let version = context.microversion
    try Schema.serverCreate(version).check(body)
    let server = body["server"] ?? [:]
    try Self.refuseWhatThereIsNot(server, body)
    name = server["name"]?.string ?? ""
    description = server["description"]?.string
    if version < Microversion(2, 19) { description = name }
    hostname = server["hostname"]?.string ?? Self.hostname(from: name)
    let flavor = server["flavorRef"]?.pythonString ?? ""
    flavorID = flavor.split(separator: "/").last.map(String.init) ?? flavor
    guard let image = server["imageRef"]?.string.flatMap({ UUID($0) }) else {
      throw APIError.badRequest("Invalid imageRef provided.")
    }
    imageID = image
    networks = try Self.networks(server["networks"])
    details = Self.details(of: server)
    securityGroups = Self.securityGroups(of: server)
    keyName = server["key_name"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    (minimumCount, maximumCount) = try Self.counts(server)
    returnsReservation = server["return_reservation_id"]?.looseBool ?? false
    requestedHost = server["host"]?.string ?? server["hypervisor_hostname"]?.string
    if let zone = details.availabilityZone { try readZone(zone) }
    if requestedHost != nil, !(try context.caller.isAdmin) {
      throw APIError.forbidden("Policy doesn't allow os_compute_api:servers:create:forced_host to be performed.")
    }
  }

  /// `zone:host` puts a server on a host, for administrators.
  private mutating func readZone(_ zone: String) throws {
    let parts = zone.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 3 else { throw APIError.badRequest("Unable to parse availability_zone") }
    details.availabilityZone = parts[0].isEmpty ? nil : parts[0]
    if let host = parts.dropFirst().last(where: { !$0.isEmpty }) { requestedHost = host }
  }

  private static func details(of server: JSONValue) -> InstanceRequest {
    var details = InstanceRequest()
    details.metadata = (server["metadata"] ?? [:]).description
    details.tags = (server["tags"] ?? []).description
    let groups = securityGroups(of: server)
    details.securityGroups = JSONValue(groups.isEmpty ? ["default"] : groups).description
    details.userData = server["user_data"]?.string
    details.availabilityZone = server["availability_zone"]?.string
    details.configDrive = server["config_drive"]?.looseBool ?? false
    return details
  }

  private static func securityGroups(of server: JSONValue) -> [String] {
    server["security_groups"]?.array?.compactMap { $0["name"]?.string } ?? []
  }

  private static func counts(_ server: JSONValue) throws -> (Int, Int) {
    let minimum = server["min_count"]?.looseInteger ?? 1
    let maximum = server["max_count"]?.looseInteger ?? minimum
    guard minimum <= maximum else { throw APIError.badRequest("min_count must be <= max_count") }
    // One request is one transaction, and must not hold the writer for long.
    guard maximum <= 1000 else { throw APIError.badRequest("max_count must be <= 1000") }
    return (minimum, maximum)
  }

  private static func networks(_ value: JSONValue?) throws -> Networks {
    guard let value else { return .automatic }
    if let word = value.string { return word == "none" ? .listed([]) : .automatic }
    let elements = value.array ?? []
    // Before 2.37 an empty list is as good as none.
    if elements.isEmpty { return .automatic }
    return .listed(
      try elements.map { element in
        let choice = NetworkChoice(
          networkID: element["uuid"]?.string.flatMap { UUID($0) }, portID: element["port"]?.string.flatMap { UUID($0) },
          fixedIP: element["fixed_ip"]?.string)
        if choice.portID != nil, let address = choice.fixedIP {
          throw APIError.badRequest(
            "Specified Fixed IP '\(address)' cannot be used with port '\(choice.portID?.description ?? "")': the two "
              + "cannot be specified together.")
        }
        guard choice.portID != nil || choice.networkID != nil else {
          throw APIError.badRequest("Bad network format: missing 'uuid'")
        }
        return choice
      })
  }

  /// As `nova.utils.sanitize_hostname`: what a host may be called, made of what the server is called.
  private static func hostname(from name: String) -> String {
    var text = ""
    for character in name.lowercased().unicodeScalars {
      switch character {
      case " ", "_": text += "-"
      case "a"..."z", "0"..."9", "-", ".": text.unicodeScalars.append(character)
      default: break
      }
    }
    let trimmed = text.drop { $0 == "-" || $0 == "." }.prefix(63)
    return trimmed.isEmpty ? "server" : String(trimmed)
  }
}
