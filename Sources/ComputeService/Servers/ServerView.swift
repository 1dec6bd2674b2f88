import JSON
import Model
import OpenStackHTTP

/// Writes a server as the Compute API shows it, by microversion and by who asks
/// (`nova/api/openstack/compute/views/servers.py`).
struct ServerView: Sendable {
  /// In which answer a server stands.
  enum Form {
    case inList
    case alone
    /// To a `PUT`, and to a rebuild: before 2.75 with less than a `GET` shows.
    case changed
    case rebuilt
  }

  let baseURL: String
  let version: Microversion
  let isAdmin: Bool
  /// What answers show of hosts, as it is when the request is answered.
  let hosts: HostFacts
  /// The server groups of the one server that is shown.
  var groups: [UUID] = []

  init(_ context: OpenStackRequestContext, hosts: HostFacts) throws {
    baseURL = context.baseURL
    version = context.microversion
    isAdmin = try context.caller.isAdmin
    self.hosts = hosts
  }

  /// Whether ``HostFacts/statuses`` are shown in an answer to this request.
  static func showsHostStatus(_ context: OpenStackRequestContext) throws -> Bool {
    try context.caller.isAdmin && context.microversion >= Microversion(2, 16)
  }

  private func has(_ minor: Int) -> Bool { version >= Microversion(2, minor) }

  func url(of id: UUID) -> String { "\(baseURL)/v2.1/servers/\(id)" }

  /// As in the list without details.
  func writeBrief(_ instance: Instance, to writer: inout JSONWriter) {
    writer.object { server in
      server.member("id", instance.id.description)
      server.member("name", instance.name)
      writeLinks(of: instance.id, to: &server)
    }
  }

  func writeLinks(of id: UUID, to server: inout JSONWriter) {
    server.member(
      "links",
      [
        ["rel": "self", "href": .string(url(of: id))],
        ["rel": "bookmark", "href": .string("\(baseURL)/servers/\(id)")],
      ])
  }

  /// - Parameter more: writes members that only one answer has.
  func write(
    _ instance: Instance, as form: Form, to writer: inout JSONWriter, more: (inout JSONWriter) -> Void = { _ in }
  ) {
    let isWhole = has(75) || form == .inList || form == .alone
    let status = instance.state.status
    writer.object { server in
      writeWhatItIs(instance, showsMAC: isWhole, to: &server)
      writeLinks(of: instance.id, to: &server)
      server.member("OS-DCF:diskConfig", instance.diskConfig.rawValue)
      if let fault = instance.fault, status == .error { writeFault(fault, to: &server) }
      if status.hasProgress { server.member("progress", 0) }
      if isWhole {
        writeWhereItIs(instance, to: &server)
        if isAdmin { writeAttributes(instance, form, to: &server) }
      }
      if isWhole || (form == .rebuilt && has(54)) { server.member("key_name", instance.request.key?.name) }
      writeLaterMembers(instance, form, isWhole: isWhole, to: &server)
      more(&server)
    }
  }

  private func writeWhatItIs(_ instance: Instance, showsMAC: Bool, to server: inout JSONWriter) {
    server.member("id", instance.id.description)
    server.member("name", instance.name)
    server.member("status", instance.state.status.rawValue)
    server.member("tenant_id", instance.projectID)
    server.member("user_id", instance.userID)
    server.member("metadata") { $0.raw(instance.request.metadata.utf8) }
    server.member("hostId", instance.hostID)
    if let image = instance.image {
      server.member(
        "image",
        [
          "id": .string(image.id.description),
          "links": [["rel": "bookmark", "href": .string("\(baseURL)/images/\(image.id)")]],
        ])
    } else {
      server.member("image", "")
    }
    writeFlavor(instance.flavor, to: &server)
    server.member("created", instance.createdAt.iso8601Seconds)
    server.member("updated", instance.updatedAt.iso8601Seconds)
    server.member("addresses") { NetworkInfo.writeAddresses(of: instance, isDetailed: showsMAC, to: &$0) }
    server.member("accessIPv4", instance.accessIPv4 ?? "")
    server.member("accessIPv6", instance.accessIPv6 ?? "")
  }

  private func writeFlavor(_ flavor: Flavor, to server: inout JSONWriter) {
    guard has(47) else {
      server.member(
        "flavor",
        [
          "id": .string(flavor.id),
          "links": [["rel": "bookmark", "href": .string("\(baseURL)/flavors/\(flavor.id)")]],
        ])
      return
    }
    server.member("flavor") { writer in
      writer.object {
        $0.member("vcpus", flavor.vcpus)
        $0.member("ram", flavor.memoryMB)
        $0.member("disk", flavor.rootGB)
        $0.member("ephemeral", flavor.ephemeralGB)
        $0.member("swap", flavor.swapMB)
        $0.member("original_name", flavor.name)
        $0.member("extra_specs") { $0.raw(flavor.extraSpecs.utf8) }
      }
    }
  }

  private func writeFault(_ fault: InstanceFault, to server: inout JSONWriter) {
    server.member("fault") { writer in
      writer.object {
        $0.member("code", fault.code)
        $0.member("created", fault.createdAt.iso8601Seconds)
        $0.member("message", fault.message)
        // Upstream hides the details of its own failures, which may tell of the installation.
        if isAdmin || fault.code != 500 { $0.member("details", fault.details) }
      }
    }
  }

  private func writeWhereItIs(_ instance: Instance, to server: inout JSONWriter) {
    server.member("OS-EXT-AZ:availability_zone", instance.host.map { hosts.zones[$0] } ?? "")
    server.member("config_drive", instance.request.configDrive ? "True" : "")
    server.member("OS-SRV-USG:launched_at", instance.launchedAt?.iso8601WithoutZone)
    server.member("OS-SRV-USG:terminated_at", String?.none)
    if !instance.state.isBuilding {
      let names = (try? JSONValue(parsing: instance.request.securityGroups.utf8))?.array ?? []
      if !names.isEmpty { server.member("security_groups", .array(names.map { ["name": $0] })) }
    }
    server.member("OS-EXT-STS:task_state", instance.state.task?.rawValue)
    server.member("OS-EXT-STS:vm_state", instance.state.vm.rawValue)
    server.member("OS-EXT-STS:power_state", instance.state.power.rawValue)
    server.member("os-extended-volumes:volumes_attached", [])
  }

  /// What administrators see.
  private func writeAttributes(_ instance: Instance, _ form: Form, to server: inout JSONWriter) {
    server.member("OS-EXT-SRV-ATTR:host", instance.host)
    server.member("OS-EXT-SRV-ATTR:instance_name", instance.host == nil ? "" : instance.guestName)
    server.member("OS-EXT-SRV-ATTR:hypervisor_hostname", instance.host)
    guard has(3) else { return }
    server.member("OS-EXT-SRV-ATTR:hostname", instance.hostname)
    server.member("OS-EXT-SRV-ATTR:reservation_id", instance.reservationID)
    server.member("OS-EXT-SRV-ATTR:launch_index", instance.launchIndex)
    server.member("OS-EXT-SRV-ATTR:ramdisk_id", instance.image?.ramdiskID?.description ?? "")
    server.member("OS-EXT-SRV-ATTR:kernel_id", instance.image?.kernelID?.description ?? "")
    server.member("OS-EXT-SRV-ATTR:root_device_name", instance.rootDeviceName)
    if form != .rebuilt { server.member("OS-EXT-SRV-ATTR:user_data", instance.request.userData) }
  }

  /// What microversions have added.
  private func writeLaterMembers(_ instance: Instance, _ form: Form, isWhole: Bool, to server: inout JSONWriter) {
    if has(9) { server.member("locked", instance.lock != nil) }
    if has(16), isAdmin, isWhole {
      server.member("host_status", instance.host.map { hosts.statuses[$0] ?? "UNKNOWN" } ?? "")
    }
    if has(19) { server.member("description", instance.description) }
    if has(26) { server.member("tags") { $0.raw(instance.request.tags.utf8) } }
    if has(63) { server.member("trusted_image_certificates", .null) }
    if has(71), form != .inList { server.member("server_groups", JSONValue(groups.map(\.description))) }
    if has(73) { server.member("locked_reason", instance.lock?.reason) }
    if has(90), !isAdmin || !isWhole { server.member("OS-EXT-SRV-ATTR:hostname", instance.hostname) }
  }
}

extension ServerStatus {
  fileprivate var hasProgress: Bool {
    switch self {
    case .active, .build, .rebuild, .verifyResize, .migrating: true
    default: false
    }
  }
}

extension Instance {
  /// The guest's name at its hypervisor by upstream's `instance_name_template`: `instance-0000001b`.
  var guestName: String {
    let digits = String(number, radix: 16)
    return "instance-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  /// Tells whether two of a project's servers are on one host without telling which: SHA-224 of project and host.
  var hostID: String { host.map { SHA224.hex(of: Array((projectID + $0).utf8)) } ?? "" }
}
