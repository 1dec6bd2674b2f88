internal import CLibvirt

/// How a guest is to be moved. Its taps have to be at the destination already, so that they are wired when it arrives.
package struct GuestMigration: Hashable, Sendable {
  /// The other host's libvirt, as the daemon of this one reaches it, such as `qemu+tcp://host2/system`.
  package var destination: String
  /// Files of this host that have other paths there: disks, kernel, console log.
  package var paths: [String: String]
  /// The targets of the disks whose contents are copied, such as `vda`. They exist at the destination, of the same
  /// size and with the same image below. Empty if the hosts share their files.
  package var copiedDisks: [String]

  package init(destination: String, paths: [String: String] = [:], copiedDisks: [String] = []) {
    (self.destination, self.paths, self.copiedDisks) = (destination, paths, copiedDisks)
  }
}

/// How far a guest's job has come, in bytes (`virDomainJobInfo`).
package struct GuestJobProgress: Hashable, Sendable {
  package let memoryTotal: Int
  package let memoryProcessed: Int
  package let memoryRemaining: Int
  package let diskTotal: Int
  package let diskProcessed: Int
  package let diskRemaining: Int
}

extension Guest {
  /// Moves the guest to another host while it runs, and returns when it runs there and has gone here. The daemons of
  /// both hosts talk with each other; one that cannot be moved goes on here, and an error says why.
  package func migrate(_ migration: GuestMigration) async throws {
    try await call { guest in
      guard let text = virDomainGetXMLDesc(guest, VIR_DOMAIN_XML_SECURE.rawValue | VIR_DOMAIN_XML_MIGRATABLE.rawValue)
      else { throw LibvirtError.last() }
      var parameters = TypedParameters()
      defer { parameters.free() }
      try parameters.add(VIR_MIGRATE_PARAM_DEST_XML, migration.rewritten(takingString(text)))
      // Without it the destination would be addressed by the name that its host gives itself.
      if let address = migration.address { try parameters.add(VIR_MIGRATE_PARAM_URI, "tcp://\(address)") }
      for disk in migration.copiedDisks { try parameters.add(VIR_MIGRATE_PARAM_MIGRATE_DISKS, disk) }
      var flags = VIR_MIGRATE_LIVE.rawValue | VIR_MIGRATE_PEER2PEER.rawValue
      if migration.copiedDisks.isEmpty {
        // The caller knows that both hosts have the files; libvirt takes them for local ones.
        flags |= VIR_MIGRATE_UNSAFE.rawValue
      } else {
        flags |= VIR_MIGRATE_NON_SHARED_INC.rawValue
      }
      let status = virDomainMigrateToURI3(
        guest, migration.destination, parameters.list, UInt32(parameters.count), flags)
      guard status == 0 else { throw LibvirtError.last() }
    }
  }

  /// Ends the job that runs, such as a migration, which then throws. Without a job it throws
  /// ``LibvirtError/Code/operationInvalid``.
  package func abortJob() async throws {
    try await call { guest in
      guard virDomainAbortJob(guest) == 0 else { throw LibvirtError.last() }
    }
  }

  /// How far the job that runs has come; `nil` if there is none.
  package func jobProgress() async throws -> GuestJobProgress? {
    try await call { guest in
      var info = virDomainJobInfo()
      guard virDomainGetJobInfo(guest, &info) == 0 else { throw LibvirtError.last() }
      guard info.type != Int32(VIR_DOMAIN_JOB_NONE.rawValue) else { return nil }
      return GuestJobProgress(
        memoryTotal: Int(clamping: info.memTotal), memoryProcessed: Int(clamping: info.memProcessed),
        memoryRemaining: Int(clamping: info.memRemaining), diskTotal: Int(clamping: info.fileTotal),
        diskProcessed: Int(clamping: info.fileProcessed), diskRemaining: Int(clamping: info.fileRemaining))
    }
  }
}

extension GuestMigration {
  /// The destination's host as its URI has it; `nil` if it has none.
  var address: String? {
    guard let start = destination.firstRange(of: "://")?.upperBound else { return nil }
    let authority = destination[start...].prefix { $0 != "/" && $0 != "?" }
    let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
    // An IPv6 address has its colons between brackets.
    let name = host.first == "[" ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
    return name.isEmpty ? nil : String(name)
  }

  /// The description with the destination's paths and taps. Everything else stays: the guest knows its devices by
  /// their addresses, and libvirt refuses a description that changes what the guest sees.
  func rewritten(_ xml: String) -> String {
    var rewritten = paths.reduce(into: xml) { xml, path in
      let (here, there) = (GuestXML.escaped(path.key), GuestXML.escaped(path.value))
      xml.replace("'\(here)'", with: "'\(there)'")
      xml.replace(">\(here)<", with: ">\(there)<")
    }
    for interface in GuestXML(xml).elements("interface") {
      rewritten.replace(interface.text, with: Self.withExistingTap(interface))
    }
    return rewritten
  }

  /// libvirt refuses a tap that is there unless it is told that it is not its own, which it only is of an interface of
  /// type `ethernet`.
  private static func withExistingTap(_ interface: GuestXML) -> String {
    guard interface.attribute("type", of: "interface") == "bridge",
      let bridge = interface.attribute("bridge", of: "source"), let tap = interface.attribute("dev", of: "target")
    else { return String(interface.text) }
    return String(interface.text)
      .replacing("<interface type='bridge'", with: "<interface type='ethernet'")
      .replacing("<source bridge='\(bridge)'/>", with: "")
      .replacing("<target dev='\(tap)'/>", with: "<target dev='\(tap)' managed='no'/>")
  }
}

/// A list of libvirt's typed parameters; it has to be freed.
private struct TypedParameters {
  private(set) var list: UnsafeMutablePointer<virTypedParameter>?
  private(set) var count: Int32 = 0
  private var capacity: Int32 = 0

  mutating func add(_ name: String, _ value: String) throws {
    guard virTypedParamsAddString(&list, &count, &capacity, name, value) == 0 else { throw LibvirtError.last() }
  }

  mutating func free() {
    virTypedParamsFree(list, count)
    (list, count) = (nil, 0)
  }
}
