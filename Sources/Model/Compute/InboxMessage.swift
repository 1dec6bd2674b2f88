/// A message that waits in a host's inbox until the host acknowledges it.
package struct InboxMessage: Hashable, Sendable {
  /// The place in the order of delivery, and what the host acknowledges.
  package var id: Int64
  package var host: String
  /// The program on that host, `nova-compute`.
  package var binary: String
  package var method: String
  /// The version of the method's arguments.
  package var version: String
  /// JSON text: the method's arguments.
  package var arguments: String

  package init(id: Int64, host: String, binary: String, method: String, version: String, arguments: String) {
    self.id = id
    self.host = host
    self.binary = binary
    self.method = method
    self.version = version
    self.arguments = arguments
  }
}
