import JSON
package import Logging
import Synchronization

/// Finds the handler of a method, and turns bytes into its arguments and its result into bytes.
///
/// It knows nothing of HTTP, so that the same handlers can be bound to another transport that carries the same
/// envelope.
package final class Dispatcher: Sendable {
  private struct Entry: Sendable {
    var version: String
    var perform: @Sendable (JSONValue, Caller) async throws -> JSONValue
  }

  private let entries = Mutex<[String: Entry]>([:])
  private let logger: Logger

  package init(logger: Logger) {
    self.logger = logger
  }

  /// Serves a method from now on. A second handler for the same method is a bug.
  ///
  /// A handler throws ``RemoteFailure`` to choose what its caller is told; any other error is logged here, and its
  /// caller is told its description.
  package func register<Method: RPCMethod>(
    _: Method.Type, _ handler: @escaping @Sendable (Method.Arguments, Caller) async throws -> Method.Result
  ) {
    let name = Method.name
    let entry = Entry(version: Method.version) { args, caller in
      let arguments: Method.Arguments
      do {
        arguments = try Method.Arguments(json: args)
      } catch {
        throw RemoteFailure(kind: .invalidArguments, message: "\(name): \(error)")
      }
      return try await handler(arguments, caller).json
    }
    let previous = entries.withLock { $0.updateValue(entry, forKey: Method.name) }
    precondition(previous == nil, "\(Method.name) has a handler already")
  }

  /// The names of all methods that have a handler, sorted.
  package var methods: [String] { entries.withLock { $0.keys.sorted() } }

  /// Answers the bytes of an envelope with the bytes of a reply. It never throws: what went wrong is in the reply.
  package func answer(_ bytes: some Collection<UInt8>, from caller: Caller) async -> [UInt8] {
    await reply(to: bytes, from: caller).json.bytes
  }

  func reply(to bytes: some Collection<UInt8>, from caller: Caller) async -> RPCReply {
    let request: RPCRequest
    do {
      request = try RPCRequest(json: JSONValue(parsing: bytes))
    } catch {
      return .failure(RemoteFailure(kind: .invalidArguments, message: "the envelope is malformed: \(error)"))
    }
    do {
      return .result(try await perform(request.method, request.args, version: request.version, from: caller))
    } catch let failure as RemoteFailure {
      return .failure(failure)
    } catch {
      logger.error(
        "A host's call failed",
        metadata: ["rpc.method": "\(request.method)", "host": "\(caller.host)", "error": "\(error)"])
      return .failure(RemoteFailure(kind: .handlerFailed, message: "\(request.method): \(error)"))
    }
  }

  /// Performs a message that the server sent to this host.
  ///
  /// - Throws: ``RemoteFailure``, or what the handler threw.
  package func perform(_ message: HostMessage, from caller: Caller) async throws {
    _ = try await perform(message.method, message.args, version: message.version, from: caller)
  }

  private func perform(
    _ method: String, _ args: JSONValue, version: String, from caller: Caller
  ) async throws -> JSONValue {
    guard let entry = entries.withLock({ $0[method] }) else {
      throw RemoteFailure(kind: .noSuchMethod, message: "there is no method '\(method)'")
    }
    guard let asked = RPCVersion(version), RPCVersion(entry.version)?.serves(asked) == true else {
      throw RemoteFailure(
        kind: .unsupportedVersion, message: "\(method) is served as version \(entry.version), not \(version)")
    }
    return try await entry.perform(args, caller)
  }
}
