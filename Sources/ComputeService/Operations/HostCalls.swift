import HTTPTypes
import HostRPC
import JSON
import Model
import OpenStackHTTP
import Synchronization

/// Asks hosts something and waits for the answer: what needs no row, since who asked has gone after a crash.
final class HostCalls: Sendable {
  private typealias Answer = Result<JSONValue, AnswerCall.Arguments.Failure>

  /// How many questions may be open at a time.
  private static let limit = 1000
  private let hosts: HostRPCServer
  private let open = Mutex<[UUID: AsyncStream<Answer>.Continuation]>([:])

  init(hosts: HostRPCServer) {
    self.hosts = hosts
    hosts.register(AnswerCall.self) { [weak self] answer, _ in
      self?.arrived(answer)
      return NoResult()
    }
  }

  /// Asks the host of an instance.
  ///
  /// - Parameters:
  ///   - method: `get_console_output`, `get_diagnostics`, `get_vnc_console`.
  ///   - host: Another host than the instance's own.
  /// - Throws: `APIError` 409 if no host has the instance, 503 if the host is not connected or does not answer in time,
  ///   else what the host answered.
  func call(
    _ method: String, on instance: Instance, arguments: JSONValue = [:], host: String? = nil,
    within limit: Duration = .seconds(10)
  ) async throws -> JSONValue {
    guard let host = host ?? instance.host else { throw APIError.conflict("Instance \(instance.id) is not ready") }
    let id = UUID()
    let (stream, continuation) = AsyncStream.makeStream(of: Answer.self, bufferingPolicy: .bufferingNewest(1))
    let isAccepted = open.withLock { open in
      guard open.count < Self.limit else { return false }
      open[id] = continuation
      return true
    }
    guard isAccepted else { throw APIError(.serviceUnavailable, "Too many questions to hosts are open.") }
    defer { open.withLock { $0[id] = nil } }
    let question = CallHost.Arguments(callID: id, method: method, instanceID: instance.id, arguments: arguments)
    guard hosts.cast(CallHost.self, question, to: .host(host, binary: ComputeService.hostBinary)) > 0 else {
      throw APIError(.serviceUnavailable, "Compute host \(host) is not connected.")
    }
    guard let answer = try await stream.first(within: limit) else {
      throw APIError(.serviceUnavailable, "Compute host \(host) did not answer in time.")
    }
    switch answer {
    case .success(let value): return value
    case .failure(let failure): throw APIError(.init(code: failure.code), failure.message)
    }
  }

  private func arrived(_ answer: AnswerCall.Arguments) {
    // One that nobody waits for any more is too late.
    let waiting = open.withLock { $0.removeValue(forKey: answer.callID) }
    waiting?.yield(answer.result)
    waiting?.finish()
  }
}
