import OpenStackHTTP
import OsloConfig

extension ServerConfiguration {
  /// The Keystone of somebody else, of which the services here ask what a token stands for: `[keystone_authtoken]
  /// auth_url`, `www_authenticate_uri`, `username`, `password`, `project_name`, `user_domain_name`,
  /// `project_domain_name`, `token_cache_time`.
  struct Keystone: Sendable {
    var authURL: String
    /// Where clients are sent to get a token.
    var publicURL: String
    var credentials: KeystoneTokenSource.Credentials
    /// How long an answer is believed; a revoked token may pass for so long.
    var tokenCacheTime: Duration
  }

  /// A service that runs elsewhere: `[nova]`, `[neutron]` or `[glance]` with `endpoint_override` (a URL without a
  /// version), or `region_name` and `endpoint_type` or `valid_interfaces` to look for it in the catalog; and `auth_url`,
  /// `username`, `password`, `project_name`, `user_domain_name`, `project_domain_name` where another user is meant than
  /// `[keystone_authtoken]` names.
  struct Peer: Sendable {
    var endpointOverride: String?
    var authURL: String?
    var credentials: KeystoneTokenSource.Credentials?
    /// `nil` for any.
    var region: String?
    var interfaces: [String]
  }

  static func keystone(_ options: OsloOptions) throws -> Keystone {
    let authURL = try options.requiredString("keystone_authtoken.auth_url")
    // Negative is keystonemiddleware's way to say: no cache.
    let cacheTime = try options.integer("keystone_authtoken.token_cache_time", in: -1...86_400) ?? 300
    return Keystone(
      authURL: authURL, publicURL: options.string("keystone_authtoken.www_authenticate_uri") ?? authURL,
      credentials: try credentials(options, "keystone_authtoken"), tokenCacheTime: .seconds(max(0, cacheTime)))
  }

  static func peers(_ options: OsloOptions) throws -> [OpenStackService: Peer] {
    var peers: [OpenStackService: Peer] = [:]
    for (service, group) in [(OpenStackService.compute, "nova"), (.networking, "neutron"), (.image, "glance")] {
      let hasUser = options.string(OptionName(group: group, option: "username")) != nil
      peers[service] = Peer(
        endpointOverride: options.string(OptionName(group: group, option: "endpoint_override")),
        authURL: options.string(OptionName(group: group, option: "auth_url")),
        credentials: hasUser ? try credentials(options, group) : nil,
        region: options.string(OptionName(group: group, option: "region_name")),
        interfaces: try interfaces(options, group))
    }
    return peers
  }

  private static func credentials(
    _ options: OsloOptions, _ group: String
  ) throws -> KeystoneTokenSource.Credentials {
    .init(
      username: try options.requiredString(OptionName(group: group, option: "username")),
      password: try options.requiredString(OptionName(group: group, option: "password")),
      projectName: try options.requiredString(OptionName(group: group, option: "project_name")),
      userDomainName: options.string(OptionName(group: group, option: "user_domain_name")) ?? "Default",
      projectDomainName: options.string(OptionName(group: group, option: "project_domain_name")) ?? "Default")
  }

  /// Neutron's `[nova] endpoint_type` names one interface, keystoneauth's `valid_interfaces` several in order.
  private static func interfaces(_ options: OsloOptions, _ group: String) throws -> [String] {
    let name = OptionName(group: group, option: "valid_interfaces")
    let type = OptionName(group: group, option: "endpoint_type")
    let wanted = try options.list(name) ?? options.string(type).map { [$0] } ?? ["internal", "public"]
    return try wanted.map { text in
      let interface = text.hasSuffix("URL") ? String(text.dropLast(3)) : text
      guard ["public", "internal", "admin"].contains(interface) else {
        throw options.invalid(name, "'\(text)' is none of public, internal, admin")
      }
      return interface
    }
  }

  /// Judged at the start, not when the first guest is booted. Images are asked for only by requests that name one.
  ///
  /// - Throws: ``NoEndpoint`` if a service that is called has no address here, no override, and no catalog that could
  ///   name it.
  func requireWayToPeers() throws {
    var needed: Set<OpenStackService> = []
    if services.contains(.networking) { needed.insert(.compute) }
    if services.contains(.compute) { needed.insert(.networking) }
    for service in needed.subtracting(services).sorted(by: { $0.rawValue < $1.rawValue }) {
      let peer = peers[service]
      let hasCatalog = keystone != nil || (peer?.authURL != nil && peer?.credentials != nil)
      guard peer?.endpointOverride != nil || hasCatalog else { throw NoEndpoint(service: service) }
    }
  }
}
