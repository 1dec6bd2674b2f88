import Hummingbird
import JSON
import Model
import OpenStackHTTP
import Store

// What else hangs below a server.
extension ServerRoutes {
  func addParts(to api: RouterGroup<OpenStackRequestContext>) {
    let server = "servers/:server_id"
    api.get("\(server)/ips") { try await listAddresses($0, $1) }
    api.get("\(server)/ips/:network") { try await showAddresses($0, $1) }
    api.get("\(server)/os-security-groups") { try await listSecurityGroups($0, $1) }
    api.get("\(server)/os-volume_attachments") { try await listVolumes($0, $1) }
    api.get("\(server)/os-virtual-interfaces") { try await listVirtualInterfaces($0, $1) }
    api.get("\(server)/os-instance-actions") { try await listActions($0, $1) }
    api.get("\(server)/os-instance-actions/:request_id") { try await showAction($0, $1) }
    api.get("\(server)/os-server-password") { try await showPassword($0, $1) }
    api.delete("\(server)/os-server-password") { try await clearPassword($0, $1) }
    api.get("\(server)/diagnostics") { try await showDiagnostics($0, $1) }
    api.get("\(server)/topology") { try await showTopology($0, $1) }
    api.post("\(server)/remote-consoles") { try await createConsole($0, $1) }
  }

  private func listAddresses(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let instance = try await found(context)
    return .json { writer in
      writer.object { $0.member("addresses") { NetworkInfo.writeAddresses(of: instance, isDetailed: false, to: &$0) } }
    }
  }

  private func showAddresses(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let name = QueryString.unescaped(context.parameters.get("network") ?? "")
    let instance = try await found(context)
    var writer = JSONWriter(reservingCapacity: 512)
    NetworkInfo.writeAddresses(of: instance, isDetailed: false, to: &writer)
    guard let addresses = try JSONValue(parsing: writer.bytes)[name] else {
      throw APIError.notFound("Instance is not a member of specified network")
    }
    return .json(.object(JSONObject(members: [.init(name: name, value: addresses)])))
  }

  private func listVolumes(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    _ = try await instance(context)
    return .json(["volumeAttachments": []])
  }

  /// A list of nova-network's, which is gone.
  private func listVirtualInterfaces(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    guard context.microversion < Microversion(2, 44) else { throw APIError.unknownPath }
    throw APIError(.gone, "This resource is no longer available. No forwarding address is given.")
  }

  // MARK: The password that the guest has posted

  private func showPassword(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let id = try await instance(context).id
    let password = try await store.read { try $0.guestPassword(ofInstance: id) }
    return .json(["password": .string(password ?? "")])
  }

  private func clearPassword(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let id = try serverID(context)
    let caller = try context.caller
    try await store.write { transaction in
      _ = try transaction.instance(id, for: caller)
      try caller.mustBeMember(for: "os-server-password:clear")
      try transaction.clearGuestPassword(ofInstance: id)
    }
    return .empty(.noContent)
  }

  // MARK: What the host knows

  private func showDiagnostics(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    let instance = try await found(context)
    let caller = try context.caller
    try caller.mustBeAdmin(for: "os-server-diagnostics")
    try instance.check(.diagnostics, "get_diagnostics", for: caller)
    let diagnostics = try await calls.call("get_diagnostics", on: instance)
    guard context.microversion < Microversion(2, 48) else {
      let uptime = instance.launchedAt.map { options.now() - $0 }
      return .json(diagnostics.merging(["uptime": JSONValue(uptime.map { Int($0.components.seconds) })]))
    }
    return .json(.object(Diagnostics.flat(diagnostics, of: instance)))
  }

  /// Guests have no NUMA topology of their own.
  private func showTopology(_ request: Request, _ context: OpenStackRequestContext) async throws -> Response {
    guard context.microversion >= Microversion(2, 78) else { throw APIError.unknownPath }
    _ = try await instance(context)
    return .json(["nodes": [], "pagesize_kb": .null])
  }
}

extension ActionRule {
  /// `get_diagnostics` of `nova/compute/api.py`.
  static let diagnostics = ActionRule(
    vmStates: [.active], tasks: nil, mustHaveLaunched: true, needsHost: true, respectsLock: false)
}

enum Diagnostics {
  /// As libvirt's driver told them before 2.48: one object of numbers, by names of the guest's devices.
  static func flat(_ diagnostics: JSONValue, of instance: Instance) -> JSONObject {
    var flat = JSONObject()
    for (index, cpu) in (diagnostics["cpu_details"]?.array ?? []).enumerated() {
      flat["cpu\(index)_time"] = cpu["time"]
    }
    for (index, disk) in (diagnostics["disk_details"]?.array ?? []).enumerated() {
      let name = "vd\(Character(Unicode.Scalar(UInt8(97 + index % 26))))"
      flat["\(name)_read"] = disk["read_bytes"]
      flat["\(name)_read_req"] = disk["read_requests"]
      flat["\(name)_write"] = disk["write_bytes"]
      flat["\(name)_write_req"] = disk["write_requests"]
      flat["\(name)_errors"] = disk["errors_count"]
    }
    let ports = NetworkInfo.ports(of: instance)
    for nic in diagnostics["nic_details"]?.array ?? [] {
      let port = ports.first { .string($0.macAddress) == nic["mac_address"] }
      let name = port.map { "tap" + String($0.portID.prefix(11)) } ?? nic["mac_address"]?.string ?? ""
      for (member, label) in members { flat["\(name)_\(label)"] = nic[member] }
    }
    flat["memory"] = diagnostics["memory_details"]?["maximum"]?.integer.map { .integer($0 << 10) }
    return flat
  }

  private static let members = [
    ("rx_octets", "rx"), ("rx_packets", "rx_packets"), ("rx_errors", "rx_errors"), ("rx_drop", "rx_drop"),
    ("tx_octets", "tx"), ("tx_packets", "tx_packets"), ("tx_errors", "tx_errors"), ("tx_drop", "tx_drop"),
  ]
}
