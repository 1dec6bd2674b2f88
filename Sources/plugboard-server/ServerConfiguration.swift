import ComputeService
import EventDelivery
import FoundationEssentials
import ImageService
import Logging
import NetworkService
import OpenStackHTTP
import OsloConfig

/// What the server is told, read once and checked. Options stand under upstream's names where there are any:
///
/// - `[DEFAULT] state_path`, `debug`, `bind_host`; `[database] connection` (a path, or `sqlite:///` and a path)
/// - ports: `[DEFAULT] bind_port` (networking), `osapi_compute_listen_port`, `[plugboard] identity_port`, `image_port`
/// - `[plugboard] services`, `public_host`, `log_level`
/// - metadata: `[DEFAULT] metadata_listen`, `metadata_listen_port`, `[neutron] metadata_proxy_shared_secret`
/// - `[token] expiration` seconds, `[DEFAULT] send_events_interval` seconds; the options of ``ImageOptions``
/// - `[cors] allowed_origin`, `allow_credentials`, `expose_headers`, `max_age`, `allow_methods`, `allow_headers`
/// - the options of ``NetworkConfiguration`` and ``ComputeOptions``
/// - for services that run elsewhere: those of ``Keystone`` and ``Peer``
struct ServerConfiguration: Sendable {
  var services: Set<OpenStackService>
  var statePath: String
  var database: String
  var addresses: [OpenStackService: ServiceAddress]
  /// The metadata service, if the compute service is served here.
  var metadata: Metadata?
  var readyFile: String?
  var logLevel: Logger.Level
  var tokenLifetime: Duration
  var images: ImageOptions
  var network: NetworkConfiguration
  var compute: ComputeOptions
  var delivery: DeliveryPolicy
  /// The Keystone that checks tokens when the identity service is not in this process.
  var keystone: Keystone?
  /// What pages of other origins may do with every service.
  var crossOrigin: CrossOriginPolicy?
  /// How services are found and called that this process does not serve.
  var peers: [OpenStackService: Peer]

  init(_ options: OsloOptions, ephemeralPorts: Bool, readyFile: String?) throws {
    services = try Self.services(options)
    statePath = options.string("state_path") ?? "var"
    database = Self.database(options) ?? "\(statePath)/plugboard.sqlite3"
    addresses = try Self.addresses(options, of: services, ephemeral: ephemeralPorts)
    metadata = try Self.metadata(options, of: services, ephemeral: ephemeralPorts)
    self.readyFile = readyFile
    logLevel = try Self.logLevel(options)
    tokenLifetime = try options.duration("token.expiration") ?? .seconds(4 * 3600)
    images = try Self.images(options)
    network = try Self.network(options)
    compute = try Self.compute(options)
    delivery = DeliveryPolicy()
    delivery.sendEventsInterval = try options.duration("send_events_interval") ?? .zero
    keystone = try services.contains(.identity) ? nil : Self.keystone(options)
    crossOrigin = try Self.crossOrigin(options)
    peers = try Self.peers(options)
    try requireWayToPeers()
  }

  private static func services(_ options: OsloOptions) throws -> Set<OpenStackService> {
    guard let names = try options.list("plugboard.services") else { return Set(OpenStackService.allCases) }
    let services = try names.map { name in
      guard let service = OpenStackService(rawValue: name) else {
        let known = OpenStackService.allCases.map(\.rawValue).joined(separator: ", ")
        throw options.invalid("plugboard.services", "'\(name)' is none of \(known)")
      }
      return service
    }
    guard !services.isEmpty else { throw options.invalid("plugboard.services", "there is nothing to serve") }
    return Set(services)
  }

  private static func database(_ options: OsloOptions) -> String? {
    guard let text = options.string("database.connection") else { return nil }
    return text.hasPrefix("sqlite:///") ? String(text.dropFirst(10)) : text
  }

  private static func addresses(
    _ options: OsloOptions, of services: Set<OpenStackService>, ephemeral: Bool
  ) throws -> [OpenStackService: ServiceAddress] {
    let portOptions: [OpenStackService: OptionName] = [
      .identity: "plugboard.identity_port", .compute: "osapi_compute_listen_port", .image: "plugboard.image_port",
      .networking: "bind_port",
    ]
    let bindHost = options.string("bind_host") ?? "127.0.0.1"
    // Nobody can connect to the address that stands for all of them.
    let reachable = ["0.0.0.0", "::"].contains(bindHost) ? "127.0.0.1" : bindHost
    var addresses: [OpenStackService: ServiceAddress] = [:]
    for (service, option) in portOptions where services.contains(service) {
      let port = try options.integer(option, in: 0...65_535) ?? service.defaultPort
      addresses[service] = ServiceAddress(
        bindHost: bindHost, publicHost: options.string("plugboard.public_host") ?? reachable,
        port: ephemeral ? 0 : port)
    }
    return addresses
  }

  private static func logLevel(_ options: OsloOptions) throws -> Logger.Level {
    guard let text = options.string("plugboard.log_level") else {
      return try options.boolean("debug") == true ? .debug : .info
    }
    guard let level = Logger.Level(rawValue: text) else {
      throw options.invalid("plugboard.log_level", "'\(text)' is no level")
    }
    return level
  }
}
