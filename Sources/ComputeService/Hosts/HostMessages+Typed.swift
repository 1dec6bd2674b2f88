import HostRPC
import JSON
import Model
import Store

extension Transaction {
  /// Puts a message of a typed method into a compute host's inbox.
  func enqueue<Method: RPCMethod>(
    _: Method.Type, _ arguments: Method.Arguments, host: String, instanceID: UUID? = nil
  ) throws {
    try enqueue(
      Method.name, version: Method.version, arguments: arguments.json.description, host: host,
      binary: ComputeService.hostBinary, instanceID: instanceID)
  }
}
