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
    /// Under what name the guest finds the interface.
    var tag: String?
  }

  var name: String
  var description: String?
  /// `nil` if it is to be made of the name.
  var hostname: String?
  var flavorID: String
  var imageID: UUID
  var networks: Networks
  var details: InstanceRequest
  /// Names or ids, as they were sent; empty if none were.
  var securityGroups: [String]
  /// The key pair of the user's that goes into the guest.
  var keyName: String?
  /// The host that an administrator wants.
  var requestedHost: String?
  /// It was named with a zone, and filters are not asked about it.
  var insistsOnHost = false
  var blockDevices: BlockDevices
  var diskConfig: DiskConfig
  var accessIPv4: String?
  var accessIPv6: String?
  var password: String
  var minimumCount: Int
  var maximumCount: Int
  var returnsReservation: Bool

  /// - Throws: `APIError` 400 for a body that is wrong, or asks for what there is not; 403 for a host named by a user.
  init(_ body: JSONValue, _ context: OpenStackRequestContext) throws {
    let version = context.microversion
    try Schema.serverCreate(version).check(body)
    let server = body["server"] ?? [:]
    try Self.refuseWhatThereIsNot(server)
    name = server["name"]?.string ?? ""
    description = server["description"]?.string
    if version < Microversion(2, 19) { description = name }
    hostname = server["hostname"]?.string
    let flavor = server["flavorRef"]?.pythonString ?? ""
    flavorID = flavor.split(separator: "/").last.map(String.init) ?? flavor
    blockDevices = try BlockDevices(of: server)
    guard let image = server["imageRef"]?.string.flatMap({ UUID($0) }) else {
      throw APIError.badRequest("Missing imageRef attribute")
    }
    imageID = image
    networks = try Self.networks(server["networks"])
    details = Self.details(of: server)
    details.schedulerHints = Self.hints(body).description
    diskConfig = server["OS-DCF:diskConfig"]?.string.flatMap { DiskConfig(rawValue: $0) } ?? .manual
    accessIPv4 = server["accessIPv4"]?.string
    accessIPv6 = server["accessIPv6"]?.string
    password = server["adminPass"]?.string ?? Self.makePassword()
    securityGroups = Self.securityGroups(of: server)
    keyName = server["key_name"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    (minimumCount, maximumCount) = try Self.counts(server)
    returnsReservation = server["return_reservation_id"]?.looseBool ?? false
    try checkCounts()
    try readHost(server, context)
  }

  private static func hints(_ body: JSONValue) -> JSONValue {
    body["os:scheduler_hints"] ?? body["OS-SCH-HNT:scheduler_hints"] ?? [:]
  }

  /// Twelve characters, as `nova.utils.generate_password` makes: clients expect one. Nothing puts it into a guest.
  static func makePassword() -> String {
    let letters = Array("23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)
    return String(decoding: (0..<12).map { _ in letters[Int.random(in: letters.indices)] }, as: UTF8.self)
  }

  private static func details(of server: JSONValue) -> InstanceRequest {
    var details = InstanceRequest()
    details.metadata = (server["metadata"] ?? [:]).description
    details.tags = ServerTags.json(of: server["tags"]?.array?.compactMap(\.string) ?? [])
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
}
