internal import HostRPC
internal import Logging

/// Calls the server until it has answered, with growing pauses: what a host has done must reach the server, however
/// long that is away. It ends when the server has answered, with whatever, or when the task is cancelled.
func persistently<Value: Sendable>(
  _ what: String, logger: Logger, _ call: () async throws -> Value
) async throws -> Value {
  var pause = Duration.milliseconds(100)
  while true {
    do {
      return try await call()
    } catch let error as HostRPCError where error.isWorthRetrying {
      logger.warning("The server could not be told", metadata: ["rpc.method": "\(what)", "error": "\(error)"])
    }
    try await Task.sleep(for: pause)
    pause = min(pause * 2, .seconds(5))
  }
}
