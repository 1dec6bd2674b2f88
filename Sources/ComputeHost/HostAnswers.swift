internal import HostRPC
internal import JSON
internal import Libvirt
internal import Logging
internal import Model

/// Answers the server's questions about guests of this host.
struct HostAnswers: Sendable {
  let parts: ComputeHost.Parts

  func answer(_ call: CallHost.Arguments) async {
    let result: Result<JSONValue, AnswerCall.Arguments.Failure>
    do {
      result = .success(try await answer(to: call))
    } catch {
      result = .failure(Self.failure(error))
    }
    do {
      try await parts.server.answer(AnswerCall.Arguments(callID: call.callID, result: result))
    } catch {
      // Whoever asked does not wait for long.
      parts.logger.warning(
        "An answer did not reach the server", metadata: ["rpc.method": "\(call.method)", "error": "\(error)"])
    }
  }

  private func answer(to call: CallHost.Arguments) async throws -> JSONValue {
    let id = call.instanceID
    switch call.method {
    case "get_console_output":
      let length = call.arguments["length"]?.integer.flatMap { Int(exactly: $0) }
      let log = ConsoleLog(path: parts.builder.files.consoleLog(of: id))
      return ["output": .string(try await log.output(lines: length))]
    case "get_diagnostics":
      return try await parts.hypervisor.diagnostics(of: id).json
    case "get_vnc_console":
      return ["url": .string(try await parts.console.url(for: id))]
    case "abort_live_migration":
      try await parts.hypervisor.abortMigration(of: id)
      return [:]
    case "force_live_migration":
      try await parts.hypervisor.pause(id)
      return [:]
    case "send_file":
      let operation = call.arguments["operation_id"]?.integer ?? 0
      try await parts.performer.send(call.arguments["name"]?.string ?? "", ofOperation: operation, instance: id)
      return [:]
    default:
      throw AnswerCall.Arguments.Failure(code: 501, message: "host \(parts.builder.host) knows no \(call.method)")
    }
  }

  private static func failure(_ error: any Error) -> AnswerCall.Arguments.Failure {
    switch error {
    case let failure as AnswerCall.Arguments.Failure: failure
    case let error as LibvirtError where error.code == .noGuest: .init(code: 409, message: error.message)
    case let error as LibvirtError: .init(code: 500, message: error.message)
    default: .init(code: 500, message: "\(error)")
    }
  }
}
