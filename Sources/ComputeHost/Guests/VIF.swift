internal import JSON
package import Model

/// How one interface of a guest is plugged, decided from its port.
package struct VIF: Hashable, Sendable {
  package var portID: UUID
  package var macAddress: MACAddress
  /// The bridge that the tap is put into. The Linux bridge agent connects it to the network.
  package var bridge: String
  package var tap: String
  /// The network's MTU, if it is known.
  package var mtu: Int?
  /// What the guest sees: its image's `hw_vif_model`.
  package var model = Model.virtio

  /// Dispatches on `binding:vif_type`, as Nova's libvirt VIF driver does.
  ///
  /// - Throws: ``VIFError``, in Nova's words.
  package init(port: InstancePort, mtu: Int?) throws(VIFError) {
    guard let type = port.vifType else { throw .missingType }
    switch type {
    case "bridge":
      bridge = port.vifDetails["bridge_name"]?.string ?? Self.bridgeName(network: port.networkID)
    case "binding_failed":
      throw .bindingFailed(port: port.id)
    default:
      throw .unexpectedType(type)
    }
    portID = port.id
    macAddress = port.macAddress
    tap = Self.tapName(port: port.id)
    self.mtu = mtu
  }

  /// `tap` and the first 11 characters of the port's id: interface names have at most 15.
  package static func tapName(port: UUID) -> String { "tap" + port.description.prefix(11) }

  /// `brq` and the first 11 characters of the network's id, as the Linux bridge agent names it.
  package static func bridgeName(network: UUID) -> String { "brq" + network.description.prefix(11) }
}

/// Why a port cannot be plugged. The texts are Nova's, because operators search for them.
package enum VIFError: Error, Hashable, Sendable, CustomStringConvertible {
  case missingType
  case unexpectedType(String)
  case bindingFailed(port: UUID)

  package var description: String {
    switch self {
    case .missingType: "vif_type parameter must be present for this vif_driver implementation"
    case .unexpectedType(let type): "Unexpected vif_type=\(type)"
    case .bindingFailed(let port): "Binding failed for port \(port), please check neutron logs for more information."
    }
  }
}

/// How much an interface may send and receive, from the flavor's `quota:vif_...` extra specs.
///
/// As in libvirt, the average and the peak are in kilobytes a second and the burst is in kilobytes. Inbound is what the
/// guest receives.
package struct VIFBandwidth: Hashable, Sendable {
  package struct Limit: Hashable, Sendable {
    package var average: Int
    package var peak: Int?
    package var burst: Int?
  }

  package var inbound: Limit?
  package var outbound: Limit?

  /// `nil` if the flavor sets no limit. A value that is no number is left out, and so is a direction without an
  /// average, which libvirt would refuse.
  package init?(extraSpecs: [String: String]) {
    func limit(_ direction: String) -> Limit? {
      func value(_ name: String) -> Int? {
        extraSpecs["quota:vif_\(direction)_\(name)"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
      }
      return value("average").map { Limit(average: $0, peak: value("peak"), burst: value("burst")) }
    }
    (inbound, outbound) = (limit("inbound"), limit("outbound"))
    if inbound == nil, outbound == nil { return nil }
  }
}
