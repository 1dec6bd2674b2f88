import Hummingbird
import IdentityService
import Logging
import Model
import OpenStackHTTP
import Store

typealias OpenStackRouter = Router<OpenStackRequestContext>

/// What the programs on the hosts show to be let in.
struct HostSecrets: Sendable {
  var hosts: String
  /// `metadata_proxy_shared_secret`; `nil` if the metadata service is not in this process.
  var metadata: String?
}

extension ServerParts {
  /// Who may do what: how tokens are checked and got, and the service that makes them if it is in this process.
  struct Access: Sendable {
    var validator: any TokenValidator
    /// The server's own tokens.
    var tokens: any TokenSource
    /// The same if they come from a Keystone elsewhere, whose catalog knows the other services.
    var keystone: KeystoneTokenSource?
    /// The tokens for services that are called as another user, or through another Keystone.
    var peers: [OpenStackService: KeystoneTokenSource]
    var identityURL: @Sendable () -> String?
    var identity: IdentityService?
    var passwords: IdentityBootstrap.Passwords?

    /// What the server calls the service with on its own behalf.
    func tokens(for service: OpenStackService) -> any TokenSource { peers[service] ?? tokens }

    /// Who knows where the service is, if it is elsewhere.
    func directory(for service: OpenStackService) -> KeystoneTokenSource? { peers[service] ?? keystone }
  }

  func access(_ files: ClientFiles) async throws -> Access {
    if let keystone = configuration.keystone { return access(to: keystone) }
    let hasher = PasswordHasher()
    let passwords = try await IdentityBootstrap(store: store, hasher: hasher).run(
      adminPassword: try await files.adminPassword(), servicePassword: try await files.servicePassword())
    for user in passwords.renewed { logger.notice("a user has a new password", metadata: ["user.name": "\(user)"]) }
    let signer = TokenSigner(key: Array(try await files.tokenKey().utf8))
    let clock: @Sendable () -> Timestamp = { .systemNow() }
    let validator = try await LocalTokenValidator(signer: signer, store: store, clock: clock)
    let issuer = TokenIssuer(
      store: store, signer: signer, hasher: hasher, validator: validator, lifetime: configuration.tokenLifetime,
      clock: clock)
    let identity = IdentityService(
      store: store, issuer: issuer, hasher: hasher, validator: validator, catalog: catalog)
    let address = configuration.addresses[.identity]
    return Access(
      validator: validator, tokens: ServerTokenSource(issuer: issuer), keystone: nil, peers: peerTokens(),
      identityURL: { address?.url }, identity: identity, passwords: passwords)
  }

  private func access(to keystone: ServerConfiguration.Keystone) -> Access {
    let tokens = KeystoneTokenSource(
      authURL: keystone.authURL, credentials: keystone.credentials, httpClient: httpClient, logger: logger)
    return Access(
      validator: KeystoneTokenValidator(
        authURL: keystone.authURL, tokens: tokens, httpClient: httpClient, cacheTime: keystone.tokenCacheTime,
        clock: { .systemNow() }, logger: logger),
      tokens: tokens, keystone: tokens, peers: peerTokens(), identityURL: { keystone.publicURL }, identity: nil,
      passwords: nil)
  }

  /// Those of the services elsewhere for which the configuration names a user or a Keystone of their own.
  private func peerTokens() -> [OpenStackService: KeystoneTokenSource] {
    var tokens: [OpenStackService: KeystoneTokenSource] = [:]
    for (service, peer) in configuration.peers where !serves(service) {
      guard peer.authURL != nil || peer.credentials != nil,
        let authURL = peer.authURL ?? configuration.keystone?.authURL,
        let credentials = peer.credentials ?? configuration.keystone?.credentials
      else { continue }
      tokens[service] = KeystoneTokenSource(
        authURL: authURL, credentials: credentials, httpClient: httpClient, logger: logger)
    }
    return tokens
  }

  /// The services of this process; those elsewhere are in the catalog of the Keystone that knows them.
  private var catalog: Catalog {
    Catalog(
      entries: OpenStackService.allCases.compactMap { service in
        configuration.addresses[service].map { Catalog.Entry(service, at: $0) }
      })
  }

  /// Writes the files of ``ClientFiles`` for the services that are served here.
  func write(_ files: ClientFiles, _ secrets: HostSecrets, _ access: Access) async throws {
    if let networking = configuration.addresses[.networking] {
      try await files.writeAgentConfiguration(
        networkingURL: networking.url, secret: secrets.hosts, metadata: metadataAgent(secrets),
        isOneMachine: networking.isLoopback)
    }
    guard let passwords = access.passwords, let identity = configuration.addresses[.identity] else { return }
    let identityURL = identity.url + "/v3"
    try await files.writeClouds(identityURL: identityURL, password: passwords.admin)
    try await files.writeComputeConfiguration(
      .init(
        computeURL: url(of: .compute), networkingURL: url(of: .networking), imageURL: url(of: .image),
        identityURL: identityURL, password: passwords.service, secret: secrets.hosts))
  }

  private func metadataAgent(_ secrets: HostSecrets) -> ClientFiles.MetadataAgent? {
    guard let address = configuration.metadata?.address, let secret = secrets.metadata else { return nil }
    return .init(host: address.publicHost, port: address.port, secret: secret)
  }

  private func url(of service: OpenStackService) -> String {
    configuration.addresses[service]?.url ?? configuration.peers[service]?.endpointOverride ?? ""
  }
}
