import HostRPC
import Model
import Netlink

extension WiringPlan {
  /// The interface of the physical network goes into the bridge.
  func flatSteps() throws(WiringError) -> [WiringStep] {
    let physicalNetwork = details.physicalNetwork ?? ""
    guard let name = configuration.interfaceMappings[physicalNetwork] else {
      throw WiringError("No bridge or interface mappings for physical network \(physicalNetwork)")
    }
    guard let interface = surroundings.links[name] else {
      throw WiringError("Interface \(name) for physical network \(physicalNetwork) does not exist.")
    }
    guard details.mtu <= interface.mtu else {
      throw WiringError(
        "Provided MTU value \(details.mtu) is too high according to physical device \(name) MTU=\(interface.mtu).")
    }
    let step = try step(attaching: interface, mtu: nil)
    if case .change(_, _, bridge: _?) = step {
      // An interface in a bridge hears no packets of its own. Upstream moves addresses and routes to the bridge; until
      // the agent can do that, it must not cut the host off.
      let own = surroundings.addresses.filter { $0.link == interface.index }.map { "\(IPv4Address(bits: $0.address))" }
      guard own.isEmpty else {
        throw WiringError(
          "Interface \(name) for physical network \(physicalNetwork) has the address \(own.joined(separator: ", ")), "
            + "which it would lose in a bridge. Move it to a bridge of yours and name that in bridge_mappings.")
      }
    }
    return [step].compactMap { $0 }
  }

  func vxlanSteps() throws(WiringError) -> [WiringStep] {
    guard let tunneling = configuration.vxlan else {
      throw WiringError("Unable to add vxlan interface for network \(details.networkID): VXLAN is not enabled here")
    }
    guard let identifier = details.segmentationID, (0..<1 << 24).contains(identifier) else {
      throw WiringError("Invalid Segmentation ID: \(details.segmentationID.map(String.init) ?? "none")")
    }
    guard let device = surroundings.addresses.first(where: { $0.address == tunneling.localIP.bits })?.link else {
      throw WiringError("No interface of this host has the local_ip \(tunneling.localIP).")
    }
    let name = InterfaceName.vxlan(identifier)
    let wanted = tunneling.link(identifier: identifier, device: device)
    var steps: [WiringStep] = []
    var present = surroundings.links[name]
    if let link = present {
      guard link.kind == "vxlan" else { throw WiringError("\(name) exists and is no VXLAN link.") }
      if link.vxlan?.isSameTunnel(as: wanted) != true {
        steps.append(.delete(name))
        present = nil
      }
    }
    if let present {
      steps += [try step(attaching: present, mtu: details.mtu)].compactMap { $0 }
    } else {
      steps.append(.vxlan(name, wanted, mtu: details.mtu))
      let bridge = InterfaceName.bridge(of: details.networkID)
      steps.append(.change(name, LinkChange(isUp: true), bridge: bridge))
    }
    return steps + floodingSteps(tunneling, name, from: present == nil ? [] : surroundings.floodingRemotes)
  }

  private func floodingSteps(_ tunneling: Tunneling, _ name: String, from present: Set<IPv4Address>) -> [WiringStep] {
    guard case .remotes(let remotes) = tunneling.flooding else { return [] }
    let wanted = Set(remotes).subtracting([tunneling.localIP])
    return wanted.subtracting(present).sorted().map { .addFloodingRemote($0, to: name) }
      + present.subtracting(wanted).sorted().map { .removeFloodingRemote($0, from: name) }
  }
}

extension VXLAN {
  /// Whether both are the same tunnel; what can be left to the kernel's choice is not compared.
  fileprivate func isSameTunnel(as other: VXLAN) -> Bool {
    identifier == other.identifier && local == other.local && group == other.group && port == other.port
      && device == other.device
  }
}
