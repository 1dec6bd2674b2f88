package import HostRPC
import Model
package import Netlink

/// Keeps what taps carry to their guests to the limits of their ports, by a token bucket filter on each (`tbf`). What
/// guests send is the firewall's, since it enters the host there.
package struct TrafficShaping: Sendable {
  private let options: ShapingOptions
  private let socket: NetlinkSocket

  package init(_ options: ShapingOptions = ShapingOptions(), socket: NetlinkSocket) {
    self.options = options
    self.socket = socket
  }

  /// Gives the device's tap the queue that its limit asks for, or takes it away; what is right is left alone, with the
  /// packets that wait in it.
  ///
  /// Throws ``ShapingError`` on a kernel that cannot limit, or `NetlinkError`. Whatever was done stays done.
  package func apply(_ details: DeviceDetails, to link: Link) throws {
    let found = try socket.rootQueue(of: link)
    switch options.change(from: found, to: details.bandwidth.ingress, mtu: details.mtu) {
    case nil: return
    case .set(let bucket):
      do {
        try socket.setTokenBucket(bucket, on: link)
      } catch let error where error.isUnknownQueueKind {
        throw ShapingError(device: details.device, cause: error)
      }
    case .remove: try socket.removeRootQueue(of: link)
    }
  }
}

/// A limit that this host's kernel cannot keep to. The port is not reported up: it would be faster than it may be.
package struct ShapingError: Error, Hashable, CustomStringConvertible {
  package let device: String
  package let cause: NetlinkError

  package init(device: String, cause: NetlinkError) {
    self.device = device
    self.cause = cause
  }

  package var description: String {
    "\(device) has a bandwidth limit, and this kernel has no token bucket filter (CONFIG_NET_SCH_TBF, module sch_tbf): "
      + "\(cause)"
  }
}
