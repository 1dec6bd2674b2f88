import HostRPC
import Logging
import Model

extension News {
  /// Notes what a message of the server's is about. Details are never taken from a message: messages may come in another
  /// order than the changes they tell of.
  func heard(_ message: HostMessage, host: String, logger: Logger) {
    do {
      if try population.heard(message) { return ring() }
      if let port = try message.arguments(of: PortUpdate.self)?.portID { hint(port: port) }
      if let arguments = try message.arguments(of: PortDelete.self) { hint(port: arguments.portID) }
      if let arguments = try message.arguments(of: NetworkDelete.self) { hint(deletedNetwork: arguments.networkID) }
      if let network = try message.arguments(of: NetworkUpdate.self)?.networkID { hint(network: network) }
      if let binding = try message.arguments(of: BindingActivate.self), binding.host == host {
        hint(port: binding.portID)
      }
      if let binding = try message.arguments(of: BindingDeactivate.self), binding.host == host {
        hint(port: binding.portID)
      }
      if let hint = try message.arguments(of: SecurityGroupsRuleUpdated.self) { self.hint(groups: hint.securityGroups) }
      if let hint = try message.arguments(of: SecurityGroupsMemberUpdated.self) {
        self.hint(groups: hint.securityGroups)
      }
    } catch {
      // A hint that cannot be read is made up for by the next comparison of everything, so have it now.
      logger.warning(
        "Could not read a message of the server's", metadata: ["rpc.method": "\(message.method)", "error": "\(error)"])
      compareEverything()
    }
  }
}
