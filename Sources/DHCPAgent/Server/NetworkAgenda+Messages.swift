internal import HostRPC
internal import Logging

extension NetworkAgenda {
  /// The hints that a DHCP agent is told.
  private static var hints: [any DHCPHint.Type] {
    [
      NetworkCreateEnd.self, NetworkUpdateEnd.self, NetworkDeleteEnd.self, SubnetCreateEnd.self, SubnetUpdateEnd.self,
      SubnetDeleteEnd.self, PortCreateEnd.self, PortUpdateEnd.self, PortDeleteEnd.self,
    ]
  }

  /// Notes the network that a message of the server's is about. What has become of it is asked for: messages may come in
  /// another order than the changes they tell of.
  func heard(_ message: HostMessage, logger: Logger) {
    do {
      for hint in Self.hints {
        guard let arguments = try message.arguments(of: hint) else { continue }
        guard let network = arguments.networkID else { return compareEverything() }
        look(at: network, port: arguments.portID)
      }
    } catch {
      // A hint that cannot be read is made up for by the next comparison of everything, so have it now.
      logger.warning(
        "Could not read a message of the server's", metadata: ["rpc.method": "\(message.method)", "error": "\(error)"])
      compareEverything()
    }
  }
}
