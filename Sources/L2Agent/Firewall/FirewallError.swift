import Netlink

/// Why a device cannot be filtered as things are, so that it is not put on its network. It is tried again.
package struct FirewallError: Error, Hashable, CustomStringConvertible {
  package enum Code: Hashable, Sendable {
    /// The kernel does not show bridged packets to conntrack, and that cannot be changed from here.
    case noBridgeNetfilter
    /// The server did not say what the rules of the device are, or not in a way that is understood.
    case unknownRules
  }

  /// Branch on this.
  package let code: Code
  package let description: String

  package init(_ code: Code, _ description: String) {
    (self.code, self.description) = (code, description)
  }
}

/// Whether br_netfilter shows bridged packets to the hooks of IPv4 and IPv6, without which no answer would pass.
enum BridgeNetfilter {
  /// Looks, and switches on what is off, in the network namespace of the calling thread. Returns what had to be switched
  /// on. Throws ``FirewallError``.
  static func ensure() throws(FirewallError) -> [String] {
    var switchedOn: [String] = []
    for name in ["bridge-nf-call-iptables", "bridge-nf-call-ip6tables"] {
      let path = "/proc/sys/net/bridge/\(name)"
      guard let value = ProcFile.read(path) else {
        throw FirewallError(
          .noBridgeNetfilter,
          "\(path) cannot be read: the kernel has no br_netfilter, or its module is not loaded (modprobe br_netfilter). "
            + "Without it the answers of what security groups let through would be dropped.")
      }
      if value != "0" { continue }
      guard ProcFile.write("1", to: path) else {
        throw FirewallError(
          .noBridgeNetfilter,
          "net.bridge.\(name) is 0 and the agent may not change it. Set it to 1: without it the answers of what security "
            + "groups let through are dropped.")
      }
      switchedOn.append(name)
    }
    return switchedOn
  }
}
