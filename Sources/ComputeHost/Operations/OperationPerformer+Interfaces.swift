internal import HostRPC
internal import JSON
internal import Logging
package import Model

// Operations that give a guest an interface or take one away.
extension OperationPerformer {
  /// The port is made or bound, plugged and waited for. If any of it fails nothing of it stays.
  func attach(_ request: Request) async throws -> Ending {
    let instance = request.instance
    let given = request.arguments["port_id"]?.string.flatMap { UUID($0) }
    let port = try await port(for: request, given)
    do {
      try await plug(port, into: instance)
    } catch {
      try Task.checkCancellation()
      await undo(port, given, of: instance.instanceID)
      throw RolledBack(BuildFailure(error).reason)
    }
    let result: JSONValue = [
      "port_id": .string("\(port.id)"), "network_id": .string("\(port.networkID)"),
      "mac_address": .string("\(port.macAddress)"),
    ]
    return Ending(power: try await powerState(of: instance.instanceID), result: result)
  }

  /// A port that an earlier try has made for this operation is taken again: it is the one in the network that no
  /// network of the instance's list accounts for.
  private func port(for request: Request, _ given: UUID?) async throws -> InstancePort {
    let instance = request.instance
    do {
      if let given { return try await networking.bindPort(given, to: instance.instanceID, on: builder.host) }
      let network = BuildRequest.Network(
        networkID: request.arguments["network_id"]?.string.flatMap { UUID($0) },
        fixedIP: request.arguments["fixed_ip"]?.string)
      var wanted = instance
      wanted.networks = instance.networks + [network]
      let existing = try await networking.ports(of: instance.instanceID)
      guard
        case let action? = PortAction.plan(for: wanted.networks, existing: existing, host: builder.host).last,
        let port = try await PortAllocator(networking: networking, host: builder.host, clock: clock)
          .perform([action], wanted).first
      else { throw RolledBack("the request names neither a port nor a network") }
      return port
    } catch let error as NetworkingError {
      throw RolledBack(error.message)
    }
  }

  private func plug(_ port: InstancePort, into instance: BuildRequest) async throws {
    let id = instance.instanceID
    // An instance that does not run gets its interface when it is started.
    guard try await hypervisor.powerState(of: id) != nil else { return }
    let waiting = port.needsPlugging && builder.options.timeout > .zero ? [port.id] : []
    let wait = builder.events.prepare(
      id, waiting.map { InstanceEvents.Key(name: .networkVIFPlugged, tag: "\($0)") })
    defer { builder.events.end(wait) }
    let hardware = try GuestHardware(
      extraSpecs: instance.flavor.extraSpecs, properties: instance.image.properties, vcpus: instance.flavor.vcpus)
    for var vif in try await builder.vifs(for: [port]) {
      vif.model = hardware.vifModel
      try await builder.links.ensureBridge(vif.bridge, mtu: vif.mtu)
      try await hypervisor.attach(vif, bandwidth: VIFBandwidth(extraSpecs: instance.flavor.extraSpecs), to: id)
    }
    guard !waiting.isEmpty else { return }
    let plugging = PlugWait(
      wait: wait, ports: waiting, networking: networking, options: builder.options, clock: clock, logger: logger)
    try builder.judge(try await plugging.run(), instance)
  }

  private func undo(_ port: InstancePort, _ given: UUID?, of id: UUID) async {
    do {
      try await hypervisor.detach(port.macAddress, from: id)
      try await give(port.id, back: given != nil)
    } catch {
      logger.error(
        "A port that could not be attached was left", metadata: ["port.id": "\(port.id)", "error": "\(error)"])
    }
  }

  func detach(_ request: Request) async throws -> Ending {
    let id = request.instance.instanceID
    guard let portID = request.arguments["port_id"]?.string.flatMap({ UUID($0) }) else {
      throw RolledBack("the request names no port")
    }
    guard let port = try await networking.ports(of: id).first(where: { $0.id == portID }) else {
      // An earlier try has given it back, and it may be another instance's by now.
      try await dropInterface(port: portID, of: id)
      return Ending(power: try await powerState(of: id), result: ["network_id": .null])
    }
    try await hypervisor.detach(port.macAddress, from: id)
    try await give(portID, back: request.instance.networks.contains { $0.portID == portID })
    return Ending(power: try await powerState(of: id), result: ["network_id": .string("\(port.networkID)")])
  }

  /// A port that the user made outlives its instance; one that was made for the instance does not.
  private func give(_ port: UUID, back isGiven: Bool) async throws {
    if isGiven {
      try await networking.unbindPort(port)
    } else {
      try await networking.deletePort(port)
    }
  }

  /// The port is deleted already (`network-vif-deleted`): its interface is known by its tap alone.
  package func dropInterface(port: UUID, of id: UUID) async throws {
    let tap = VIF.tapName(port: port)
    for interface in try await hypervisor.interfaces(of: id) where interface.tap == tap {
      try await hypervisor.detach(interface.macAddress, from: id)
    }
  }
}
