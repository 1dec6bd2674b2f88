import Hummingbird
import NIOCore
import Synchronization

/// Brings a host that asks for a file together with the host that has it. The bytes pass through and are kept nowhere:
/// the sender goes as fast as the receiver takes them.
final class TransferRelay: Sendable {
  /// A sender's body, and who waits to hear that it was taken.
  struct Delivery: Sendable {
    let body: RequestBody
    let length: Int?
    let taken: AsyncStream<Bool>.Continuation
  }

  /// How many receivers may wait for their sender.
  private static let limit = 256
  /// As long as the hosts' own patience with a transfer.
  private static let longestTransfer = Duration.seconds(6 * 3600)
  private let waiting = Mutex<[String: AsyncStream<Delivery>.Continuation]>([:])

  /// Waits for the sender.
  ///
  /// - Parameter ask: Tells the host that has the file to send it; `false` if that host is not there.
  /// - Throws: ``RemoteFailure`` if nothing comes in time.
  func receive(_ transfer: String, within limit: Duration, ask: () async -> Bool) async throws -> Delivery {
    let (stream, continuation) = AsyncStream.makeStream(of: Delivery.self, bufferingPolicy: .bufferingOldest(1))
    let isAccepted = waiting.withLock { waiting in
      guard waiting.count < Self.limit, waiting[transfer] == nil else { return false }
      waiting[transfer] = continuation
      return true
    }
    guard isAccepted else { throw RemoteFailure(kind: .handlerFailed, message: "\(transfer) is being sent already") }
    defer { waiting.withLock { $0[transfer] = nil } }
    guard await ask() else { throw RemoteFailure(kind: .handlerFailed, message: "the host with \(transfer) is away") }
    let delivery = try await stream.first(within: limit)
    guard let delivery else { throw RemoteFailure(kind: .handlerFailed, message: "\(transfer) did not come in time") }
    return delivery
  }

  /// Hands over a body and waits until the receiver has taken all of it.
  ///
  /// - Throws: ``RemoteFailure`` if nobody waits for it, or the receiver did not take it all.
  func send(_ body: RequestBody, length: Int?, transfer: String) async throws {
    guard let receiver = waiting.withLock({ $0.removeValue(forKey: transfer) }) else {
      throw RemoteFailure(kind: .invalidArguments, message: "nobody waits for \(transfer)")
    }
    let (taken, continuation) = AsyncStream.makeStream(of: Bool.self, bufferingPolicy: .bufferingNewest(1))
    receiver.yield(Delivery(body: body, length: length, taken: continuation))
    receiver.finish()
    // A receiver that has gone says nothing more.
    guard try await taken.first(within: Self.longestTransfer) == true else {
      throw RemoteFailure(kind: .handlerFailed, message: "\(transfer) was not taken whole")
    }
  }
}
