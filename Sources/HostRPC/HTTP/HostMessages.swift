import AsyncHTTPClient
import JSON
import Logging
import NIOCore
import NIOHTTP1

extension HostRPCClient {
  /// Opens the stream of what the server tells this host. When this returns, the server knows the stream: what is cast
  /// from now on arrives here, so a host compares everything after this, not before.
  ///
  /// - Throws: ``HostRPCError``, or `CancellationError`.
  package func messages() async throws -> HostMessages {
    do {
      // The deadline counts until the head of the response; the body has none, but the read time-out of the client.
      let response = try await httpClient.execute(
        request(for: "messages"), deadline: .distantFuture, logger: logger)
      if response.status == .ok { return HostMessages(body: response.body) }
      let body = try await response.body.collect(upTo: Self.answerLimit)
      guard case .failure(let failure) = try Self.reply(body, status: response.status) else {
        throw HostRPCError(code: .malformed, message: "messages: the server answered \(response.status.code)")
      }
      throw HostRPCError(failure, of: "messages")
    } catch {
      throw try Self.failure(of: "messages", error)
    }
  }

  /// Listens until the task is cancelled, and connects again whenever the connection is lost, with growing pauses
  /// between tries that fail.
  ///
  /// - Parameters:
  ///   - pause: The first pause; it doubles with every failed try up to `longestPause`.
  ///   - connected: Called after each connect, before the first message: what should be is to be asked for now.
  ///   - received: Called for each message in order; the next one waits until it returns.
  package func listen(
    pause: Duration = .milliseconds(100), longestPause: Duration = .seconds(5),
    connected: () async -> Void, received: (HostMessage) async -> Void
  ) async throws {
    var next = pause
    while true {
      do {
        let messages = try await messages()
        next = pause
        await connected()
        for try await message in messages { await received(message) }
        logger.info("The server has ended the stream of messages", metadata: caller.metadata)
      } catch let error as HostRPCError {
        logger.warning(
          "The stream of messages is broken", metadata: caller.metadata.merging(["error": "\(error)"]) { $1 })
      }
      try await Task.sleep(for: next)
      next = min(next * 2, longestPause)
    }
  }
}

/// The messages of one connection, in order. It ends when the server ends the stream.
///
/// Iterating throws ``HostRPCError`` when the connection breaks, when the server is silent for too long, or when a
/// line is no message: then what follows cannot be trusted, and the server sends its rows again on the next
/// connection.
package struct HostMessages: AsyncSequence, Sendable {
  package typealias Element = HostMessage

  let body: HTTPClientResponse.Body

  package func makeAsyncIterator() -> Iterator {
    Iterator(chunks: body.makeAsyncIterator())
  }

  package struct Iterator: AsyncIteratorProtocol {
    var chunks: HTTPClientResponse.Body.AsyncIterator
    var lines = LineBuffer()

    package mutating func next() async throws -> HostMessage? {
      do {
        while true {
          while let line = try lines.next() {
            // An empty line is a sign of life.
            if !line.isEmpty { return try HostMessage(json: JSONValue(parsing: line)) }
          }
          guard let chunk = try await chunks.next() else { return nil }
          lines.append(chunk.readableBytesView)
        }
      } catch let error as MalformedBody {
        throw HostRPCError(code: .malformed, message: "messages: a line is no message", cause: error)
      } catch let error as JSONError {
        throw HostRPCError(code: .malformed, message: "messages: a line is not JSON", cause: error)
      } catch {
        throw try HostRPCClient.failure(of: "messages", error)
      }
    }
  }
}

/// Cuts bytes that come in any pieces into lines.
struct LineBuffer {
  /// The longest line that is taken, in bytes: more than any message has.
  var limit = 16 << 20
  private var bytes: [UInt8] = []
  private var start = 0
  private var searched = 0

  init() {}

  mutating func append(_ more: some Sequence<UInt8>) {
    bytes.removeFirst(start)
    searched -= start
    start = 0
    bytes.append(contentsOf: more)
  }

  /// The next whole line without its end, or `nil` if more bytes are needed.
  ///
  /// - Throws: ``HostRPCError`` if a line is longer than the limit.
  mutating func next() throws -> ArraySlice<UInt8>? {
    guard let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
      searched = bytes.count
      guard bytes.count - start <= limit else {
        throw HostRPCError(code: .malformed, message: "messages: a line is longer than \(limit) bytes")
      }
      return nil
    }
    defer {
      start = end + 1
      searched = start
    }
    return bytes[start..<end]
  }
}
