import HostRPC
import Model
import Netlink

extension WiringPlan {
  /// The interface of the physical network goes into the bridge.
  func flatSteps() throws(WiringError) -> [WiringStep] { try attaching(try physicalInterface(), mtu: nil) }

  /// A subinterface of the physical network's interface goes into the bridge.
  func vlanSteps() throws(WiringError) -> [WiringStep] {
    let parent = try physicalInterface()
    guard let identifier = details.segmentationID, (1...4094).contains(identifier) else {
      throw WiringError("Invalid VLAN ID: \(details.segmentationID.map(String.init) ?? "none")")
    }
    let name = InterfaceName.subinterface(of: parent.name, vlan: identifier)
    let wanted = VLAN(identifier: UInt16(identifier), parent: parent.index)
    var steps: [WiringStep] = parent.isUp ? [] : [.change(parent.name, LinkChange(isUp: true), bridge: nil)]
    if let present = links[name] {
      guard present.vlan == wanted else {
        throw WiringError("\(name) exists and is not VLAN \(identifier) of \(parent.name).")
      }
      return steps + (try attaching(present, mtu: details.mtu))
    }
    if links.links.contains(where: { $0.vlan == wanted }) { throw WiringError(vlanInUse: identifier) }
    steps.append(.vlan(name, wanted, mtu: details.mtu))
    return steps + [.change(name, LinkChange(isUp: true), bridge: bridge)]
  }

  private func physicalInterface() throws(WiringError) -> Link {
    let physicalNetwork = details.physicalNetwork ?? ""
    guard let name = configuration.interfaceMappings[physicalNetwork] else {
      throw WiringError("No bridge or interface mappings for physical network \(physicalNetwork)")
    }
    guard let interface = links[name] else {
      throw WiringError("Interface \(name) for physical network \(physicalNetwork) does not exist.")
    }
    guard details.mtu <= interface.mtu else {
      throw WiringError(
        "Provided MTU value \(details.mtu) is too high according to physical device \(name) MTU=\(interface.mtu).")
    }
    return interface
  }

  /// The addresses follow the interface into the bridge, not the other way round: if the interface cannot be put there, the
  /// host is reached as before.
  private func attaching(_ interface: Link, mtu: Int?) throws(WiringError) -> [WiringStep] {
    var steps = [try step(attaching: interface, mtu: mtu)].compactMap { $0 }
    if surroundings.hostLinks.contains(interface.index) {
      steps.append(.moveAddresses(from: interface.name, to: bridge))
    }
    return steps
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
    try checkMTU(over: device, identifier)
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

  /// What a VXLAN packet over IPv4 has before the inner packet: IPv4, UDP, VXLAN and Ethernet headers.
  private static let overhead = 20 + 8 + 8 + 14

  private func checkMTU(over index: Int32, _ identifier: Int) throws(WiringError) {
    guard let device = links[index], details.mtu > device.mtu - Self.overhead else { return }
    throw WiringError(
      "Provided MTU value \(details.mtu) for VNI \(identifier) is too high according to physical device \(device.name) "
        + "MTU=\(device.mtu).")
  }

  private func floodingSteps(_ tunneling: Tunneling, _ name: String, from present: Set<IPv4Address>) -> [WiringStep] {
    guard case .remotes(let remotes) = tunneling.flooding else { return [] }
    let wanted = Set(remotes).subtracting([tunneling.localIP])
    return wanted.subtracting(present).sorted().map { .addFloodingRemote($0, to: name) }
      + present.subtracting(wanted).sorted().map { .removeFloodingRemote($0, from: name) }
  }
}

extension WiringError {
  /// Upstream's words for a VLAN that a subinterface under another name has taken.
  init(vlanInUse identifier: Int) {
    self.init(
      "Unable to create VLAN interface for VLAN ID \(identifier) because it is in use by another interface.")
  }
}

extension VXLAN {
  /// Whether both are the same tunnel; what can be left to the kernel's choice is not compared.
  fileprivate func isSameTunnel(as other: VXLAN) -> Bool {
    identifier == other.identifier && local == other.local && group == other.group && port == other.port
      && device == other.device && isProxy == other.isProxy
  }
}
