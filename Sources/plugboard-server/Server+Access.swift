import Hummingbird
import IdentityService
import Logging
import Model
import OpenStackHTTP
import Store

typealias OpenStackRouter = Router<OpenStackRequestContext>

extension ServerParts {
  /// Who may do what: how tokens are checked and got, and the service that makes them if it is in this process.
  struct Access: Sendable {
    var validator: any TokenValidator
    var tokens: any TokenSource
    var identityURL: @Sendable () -> String?
    var identity: IdentityService?
    var passwords: IdentityBootstrap.Passwords?
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
      validator: validator, tokens: ServerTokenSource(issuer: issuer), identityURL: { address?.url },
      identity: identity, passwords: passwords)
  }

  private func access(to keystone: ServerConfiguration.Keystone) -> Access {
    let tokens = KeystoneTokenSource(
      authURL: keystone.authURL, credentials: keystone.credentials, httpClient: httpClient, logger: logger)
    return Access(
      validator: KeystoneTokenValidator(
        authURL: keystone.authURL, tokens: tokens, httpClient: httpClient, logger: logger),
      tokens: tokens, identityURL: { keystone.authURL }, identity: nil, passwords: nil)
  }

  /// The services of this process; those elsewhere are in the catalog of the Keystone that knows them.
  private var catalog: Catalog {
    Catalog(
      entries: OpenStackService.allCases.compactMap { service in
        configuration.addresses[service].map { Catalog.Entry(service, at: $0) }
      })
  }

  /// Writes the files of ``ClientFiles`` for the services that are served here.
  func write(_ files: ClientFiles, _ secret: String, _ access: Access) async throws {
    if let networking = configuration.addresses[.networking] {
      try await files.writeAgentConfiguration(
        networkingURL: networking.url, secret: secret, isOneMachine: networking.isLoopback)
    }
    guard let passwords = access.passwords, let identity = configuration.addresses[.identity] else { return }
    let identityURL = identity.url + "/v3"
    try await files.writeClouds(identityURL: identityURL, password: passwords.admin)
    try await files.writeComputeConfiguration(
      .init(
        computeURL: url(of: .compute), networkingURL: url(of: .networking), imageURL: url(of: .image),
        identityURL: identityURL, password: passwords.service, secret: secret))
  }

  private func url(of service: OpenStackService) -> String {
    configuration.addresses[service]?.url ?? configuration.elsewhere[service] ?? ""
  }
}
