package import HostRPC
internal import Libvirt
package import Model

/// Why a build ended without a guest that runs, in the words in which Nova tells its users.
package struct BuildFailure: Error, Hashable, Sendable, CustomStringConvertible {
  package let reason: String
  package let details: String?
  /// Whether another host may do better.
  package let mayReschedule: Bool

  package init(reason: String, details: String? = nil, mayReschedule: Bool = true) {
    (self.reason, self.details, self.mayReschedule) = (reason, details, mayReschedule)
  }

  /// Nova's `VirtualInterfaceCreateException`, after which a build is not tried on another host.
  package static func virtualInterfaces(_ details: String) -> BuildFailure {
    BuildFailure(
      reason: "Failed to allocate the network(s), not rescheduling.",
      details: "Virtual Interface creation failed: \(details)", mayReschedule: false)
  }

  /// What to tell of an error of any of the steps.
  package init(_ error: any Error) {
    switch error {
    case let error as BuildFailure: self = error
    case let error as LibvirtError: self.init(reason: error.message, details: error.description)
    // What was asked for, or another service, is to blame.
    case is ImageError, is NetworkingError, is HardwareError, is VIFError:
      self.init(reason: "\(error)", mayReschedule: false)
    default: self.init(reason: "\(error)")
    }
  }

  package var description: String { reason }

  /// The instance's fault; the first words are Nova's `BuildAbortException`.
  package func fault(of instanceID: UUID) -> InstanceUpdate.Fault {
    InstanceUpdate.Fault(
      message: "Build of instance \(instanceID) aborted: \(reason)", details: details, mayReschedule: mayReschedule)
  }
}
