import AsyncHTTPClient
import HostRPC
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

let secret = "the hosts' secret"
let agent = Caller(host: "compute1", binary: "neutron-linuxbridge-agent")

/// A real server on a free loopback port, for the time of `body`, with the routes under a router of another context.
func withServer<Result: Sendable>(
  limits: HostRPCServer.Limits = .init(), _ body: @escaping @Sendable (HostRPCServer, Endpoint) async throws -> Result
) async throws -> Result {
  let server = HostRPCServer(secret: secret, limits: limits, logger: quiet)
  let router = Router(context: BasicRequestContext.self)
  server.addRoutes(to: router)
  let (ports, continuation) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingOldest(1))
  let application = Application(
    router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
    onServerRunning: { channel in continuation.yield(channel.localAddress?.port ?? 0) }, logger: quiet)
  let services = ServiceGroup(configuration: .init(services: [application], logger: quiet))
  let httpClient = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .hostRPC)
  let outcome: Swift.Result<Result, any Error> = await withTaskGroup(of: Void.self) { group in
    group.addTask { try? await services.run() }
    var outcome: Swift.Result<Result, any Error> = .failure(CancellationError())
    for await port in ports {
      do {
        let endpoint = Endpoint(address: "http://127.0.0.1:\(port)", httpClient: httpClient, services: services)
        outcome = .success(try await body(server, endpoint))
      } catch {
        outcome = .failure(error)
      }
      break
    }
    await services.triggerGracefulShutdown()
    return outcome
  }
  try await httpClient.shutdown()
  return try outcome.get()
}

/// How a test reaches the server.
struct Endpoint: Sendable {
  let address: String
  let httpClient: HTTPClient
  let services: ServiceGroup

  func client(_ caller: Caller = agent, secret: String = secret) -> HostRPCClient {
    HostRPCClient(
      endpoint: address, host: caller.host, binary: caller.binary, secret: secret, httpClient: httpClient,
      logger: quiet)
  }
}

/// A logger nobody sees: these tests provoke errors.
let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// What a call must fail with.
func hostRPCError(_ body: () async throws -> some Sendable) async -> HostRPCError? {
  do {
    _ = try await body()
    return nil
  } catch {
    return error as? HostRPCError
  }
}
