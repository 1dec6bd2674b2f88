package import AsyncHTTPClient
import JSON
package import Logging
import NIOCore
import NIOHTTP1

/// A host's end: calls the server's methods, and listens to what the server has to tell this host.
package final class HostRPCClient: Sendable {
  /// Who this client says it is.
  package let caller: Caller
  let httpClient: HTTPClient
  let logger: Logger
  private let address: String
  private let authorization: String

  /// - Parameters:
  ///   - endpoint: The server's address as `http://host:port`, of the Networking service for agents and of the Compute
  ///     service for compute hosts.
  ///   - binary: The program's OpenStack name, such as `neutron-linuxbridge-agent`.
  ///   - secret: The hosts' secret.
  ///   - httpClient: One made with ``AsyncHTTPClient/HTTPClient/Configuration/hostRPC``; whoever made it shuts it down.
  package init(
    endpoint: String, host: String, binary: String, secret: String, httpClient: HTTPClient, logger: Logger
  ) {
    caller = Caller(host: host, binary: binary)
    address = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
    authorization = "Bearer \(secret)"
    self.httpClient = httpClient
    self.logger = logger
  }

  /// Calls a method of the server and waits for its answer, at most until `deadline` has passed.
  ///
  /// - Throws: ``HostRPCError``, or `CancellationError`.
  package func call<Method: RPCMethod>(
    _: Method.Type, _ arguments: Method.Arguments, deadline: Duration = .seconds(10)
  ) async throws -> Method.Result {
    let envelope = RPCRequest(method: Method.name, args: arguments.json, version: Method.version)
    var request = request(for: "call")
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.body = .bytes(ByteBuffer(bytes: envelope.json.bytes))
    let reply: RPCReply
    do {
      let response = try await httpClient.execute(request, deadline: .now() + TimeAmount(deadline), logger: logger)
      reply = try Self.reply(await response.body.collect(upTo: Self.answerLimit), status: response.status)
    } catch {
      throw try Self.failure(of: Method.name, error)
    }
    switch reply {
    case .result(let result): return try Self.decode(Method.self, result)
    case .failure(let failure): throw HostRPCError(failure, of: Method.name)
    }
  }

  /// The longest answer that is taken, in bytes: details of thousands of devices fit.
  static let answerLimit = 64 << 20

  /// A request with the hosts' secret and the caller's name in it.
  func request(for path: String) -> HTTPClientRequest {
    let query = "host=\(caller.host.queryEncoded)&binary=\(caller.binary.queryEncoded)"
    var request = HTTPClientRequest(url: "\(address)/host-rpc/v1/\(path)?\(query)")
    request.headers.add(name: "authorization", value: authorization)
    return request
  }

  /// Reads a reply, also that of a request which the server refused.
  static func reply(_ body: ByteBuffer, status: HTTPResponseStatus) throws -> RPCReply {
    do {
      return try RPCReply(json: JSONValue(parsing: body.readableBytesView))
    } catch {
      throw HostRPCError(
        code: status == .unauthorized ? .unauthorized : .malformed,
        message: "the server answered \(status.code) with something that is no reply", cause: error)
    }
  }

  /// What to throw for an error below; a cancellation stays one.
  static func failure(of what: String, _ error: any Error) throws -> HostRPCError {
    if let error = error as? HostRPCError { return error }
    if error is CancellationError || error as? HTTPClientError == .cancelled { throw CancellationError() }
    let timeouts: [HTTPClientError] = [.deadlineExceeded, .readTimeout, .connectTimeout, .writeTimeout]
    if let error = error as? HTTPClientError, timeouts.contains(error) {
      return HostRPCError(code: .timeout, message: "\(what): the server did not answer in time", cause: error)
    }
    if error is NIOTooManyBytesError {
      return HostRPCError(code: .malformed, message: "\(what): the answer is too long", cause: error)
    }
    return HostRPCError(code: .unreachable, message: "\(what): no connection to the server", cause: error)
  }

  private static func decode<Method: RPCMethod>(_: Method.Type, _ result: JSONValue) throws -> Method.Result {
    do {
      return try Method.Result(json: result)
    } catch {
      throw HostRPCError(
        code: .malformed, message: "\(Method.name): the answer is not what it should be", cause: error)
    }
  }
}

extension HostRPCError {
  /// What a failure of the server's means for the caller of `what`.
  init(_ failure: RemoteFailure, of what: String) {
    self.init(
      code: failure.kind == .unauthorized ? .unauthorized : .rejected, message: "\(what): \(failure)",
      failure: failure)
  }
}

extension HTTPClient.Configuration {
  /// For clients of ``HostRPCServer``: no redirects, plain HTTP/1.1, and a connection on which nothing has come for
  /// three keep-alives is given up. Heartbeats, calls and the stream get connections of their own, for none is shared
  /// while a request is under way on it.
  package static var hostRPC: HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5), read: .seconds(15)))
    configuration.httpVersion = .http1Only
    // A server that is away is told at once: the callers have pauses of their own, and the client's grow to a minute.
    configuration.connectionPool.retryConnectionEstablishment = false
    return configuration
  }
}

extension String {
  /// The text as a value in a query: RFC 3986's unreserved characters stay, all others are written in per cent form.
  var queryEncoded: String {
    var encoded = ""
    for byte in utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        encoded += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return encoded
  }
}
