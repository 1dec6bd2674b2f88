import ComputeService
import HostRPC
import Hummingbird
import IdentityService
import ImageService
import Logging
import Model
import NetworkService
import OpenStackHTTP
import Store
import Support

/// The routers of the four services, walked without anything being served.
struct ServedRoutes: Sendable {
  /// What each service answers, by the service's name in the document.
  let operations: [String: Set<Document.Operation>]
  /// The paths that need no token.
  static let openPaths: [String: Set<String>] = [
    "Networking": NetworkService.openPaths, "Identity": IdentityService.openPaths,
    "Compute": ComputeService.openPaths, "Image": ImageService.openPaths,
  ]

  private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  init() async throws {
    let database = try TemporaryDatabase()
    let wakeUp = ComputeService.makeInboxWakeUp()
    let store = try database.store(listeners: [wakeUp], logger: Self.logger)
    let images = ImageService(
      store: store, files: try await ImageFiles(folder: database.folder + "/images"), logger: Self.logger)
    let identity = try await Self.identity(store)
    operations = [
      "Networking": Self.walk(Self.networking(store).addRoutes), "Identity": Self.walk(identity.addRoutes),
      "Compute": Self.walk(Self.compute(store, wakeUp).addRoutes), "Image": Self.walk(images.addRoutes),
    ]
    await store.close()
  }

  /// The hosts' own interface is no part of the API.
  private static func walk(_ addRoutes: (Router<OpenStackRequestContext>) -> Void) -> Set<Document.Operation> {
    let router = Router(context: OpenStackRequestContext.self)
    addRoutes(router)
    let operations = router.routes.map { route in
      Document.Operation(method: route.method.rawValue, path: "\(route.path)")
    }
    return Set(operations.filter { !$0.path.hasPrefix("/host-rpc/") })
  }

  private static func networking(_ store: Store) -> NetworkService {
    NetworkService(
      store: store, hosts: HostRPCServer(secret: "none", logger: logger), configuration: .init(), logger: logger)
  }

  private static func identity(_ store: Store) async throws -> IdentityService {
    let signer = TokenSigner(key: [UInt8](repeating: 7, count: 32))
    let validator = try await LocalTokenValidator(signer: signer, store: store, clock: { .systemNow() })
    let issuer = TokenIssuer(
      store: store, signer: signer, hasher: PasswordHasher(), validator: validator, clock: { .systemNow() })
    return IdentityService(
      store: store, issuer: issuer, hasher: PasswordHasher(), validator: validator, catalog: Catalog(entries: []))
  }

  private static func compute(_ store: Store, _ wakeUp: TableWakeUp) -> ComputeService {
    let nobody: @Sendable (any TokenSource) async throws -> ServiceClient = { _ in throw Nobody() }
    return ComputeService(
      store: store, inboxWakeUp: wakeUp, hosts: HostRPCServer(secret: "none", logger: logger),
      peers: ComputePeers(image: nobody, networking: nobody, tokens: NoTokens()), logger: logger)
  }
}

/// Nothing is asked of another service while routes are counted.
private struct Nobody: Error {}

private struct NoTokens: TokenSource {
  func token() async throws -> String { throw Nobody() }
  func invalidate(_ token: String) async {}
}
