package import AsyncHTTPClient
import NIOCore
import NIOHTTP1

extension HostRPCClient {
  /// Asks the server for a file that another host has: the server tells that host, and passes on what it sends.
  ///
  /// - Parameter transfer: The operation and the name of the file, with a slash between.
  /// - Returns: The file's bytes, and how many there will be if the server knows.
  /// - Throws: ``HostRPCError``, or `CancellationError`.
  package func fetch(transfer: String) async throws -> (body: HTTPClientResponse.Body, length: Int64?) {
    do {
      let response = try await httpClient.execute(
        request(for: "transfers/\(transfer)"), deadline: .now() + Self.transferLimit, logger: logger)
      guard response.status == .ok else {
        let body = try await response.body.collect(upTo: Self.answerLimit)
        guard case .failure(let failure) = try Self.reply(body, status: response.status) else {
          throw HostRPCError(code: .malformed, message: "transfers: the server answered \(response.status.code)")
        }
        throw HostRPCError(failure, of: "transfers")
      }
      return (response.body, response.headers.first(name: "content-length").flatMap { Int64($0) })
    } catch {
      throw try Self.failure(of: "transfers", error)
    }
  }

  /// Sends a file that another host has asked for. When this returns, that host has taken all of it.
  ///
  /// - Throws: ``HostRPCError``, or `CancellationError`.
  package func send(_ body: HTTPClientRequest.Body, transfer: String) async throws {
    var request = request(for: "transfers/\(transfer)")
    request.method = .PUT
    request.body = body
    do {
      let response = try await httpClient.execute(request, deadline: .now() + Self.transferLimit, logger: logger)
      let reply = try Self.reply(await response.body.collect(upTo: Self.answerLimit), status: response.status)
      if case .failure(let failure) = reply { throw HostRPCError(failure, of: "transfers") }
    } catch {
      throw try Self.failure(of: "transfers", error)
    }
  }

  /// A terabyte takes hours; one that stands still is ended by the client's read time-out.
  private static let transferLimit = TimeAmount.hours(6)
}
