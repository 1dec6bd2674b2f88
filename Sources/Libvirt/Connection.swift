internal import CLibvirt
internal import Glibc

/// A connection to a hypervisor through libvirt; letting go of it closes it.
package final class Connection: Sendable {
  /// `@unchecked Sendable`: a libvirt connection may be used by several threads at once (libvirt's API concepts,
  /// "Thread safety"), and the pointer is valid until `deinit` closes it.
  struct Handle: @unchecked Sendable {
    let pointer: OpaquePointer
  }

  let handle: Handle
  package let uri: String
  let listeners = LifecycleListeners()

  /// Opens `uri`, which may block the thread for seconds.
  init(opening uri: String) throws {
    try EventLoop.started.get()
    guard let pointer = virConnectOpen(uri) else { throw LibvirtError.last() }
    handle = Handle(pointer: pointer)
    self.uri = uri
  }

  deinit {
    listeners.deregister(from: handle.pointer)
    virConnectClose(handle.pointer)
  }

  /// Opens `uri`, such as `qemu:///system`. The embedded driver is opened with ``EmbeddedDriver``.
  package static func open(_ uri: String) async throws -> Connection {
    try await BlockingThreads.shared.run { try Connection(opening: uri) }
  }

  /// Whether the other end still answers. An embedded driver always does.
  package func isAlive() async throws -> Bool {
    try await call { virConnectIsAlive($0) == 1 }
  }

  /// The host and what guests it can have, as libvirt's capabilities XML.
  ///
  /// The first call after QEMU or the kernel changed takes seconds: every QEMU binary is started and asked. The answer
  /// is kept on disk.
  package func capabilities() async throws -> String {
    try await call { connection in
      guard let text = virConnectGetCapabilities(connection) else { throw LibvirtError.last() }
      return takingString(text)
    }
  }

  /// What one kind of guest can have. `type` is `qemu` or `kvm`; it throws when there is no such emulator.
  package func guestCapabilities(type: String, architecture: String) async throws -> String {
    try await call { connection in
      guard let text = virConnectGetDomainCapabilities(connection, nil, architecture, nil, type, 0) else {
        throw LibvirtError.last()
      }
      return takingString(text)
    }
  }

  /// The hypervisor's version as libvirt and Nova write it: 7.2.5 is 7002005.
  package func hypervisorVersion() async throws -> Int {
    try await call { connection in
      var version: UInt = 0
      guard virConnectGetVersion(connection, &version) == 0 else { throw LibvirtError.last() }
      return Int(version)
    }
  }

  /// The host's processors and memory.
  package func host() async throws -> HostDescription {
    try await call { connection in
      var info = virNodeInfo()
      guard virNodeGetInfo(connection, &info) == 0 else { throw LibvirtError.last() }
      return HostDescription(processors: Int(info.cpus), memoryKiB: Int(info.memory))
    }
  }

  /// Every guest, running or not.
  package func guests() async throws -> [Guest] {
    try await call { [self] connection in
      var list: UnsafeMutablePointer<virDomainPtr?>?
      let count = virConnectListAllDomains(connection, &list, 0)
      guard count >= 0, let list else { throw LibvirtError.last() }
      defer { free(list) }
      return (0..<Int(count)).compactMap { index in list[index].map { Guest(owning: $0, of: self) } }
    }
  }

  /// The guest with this UUID, or `nil` if there is none.
  package func guest(id: String) async throws -> Guest? {
    try await call { [self] connection in
      if let pointer = virDomainLookupByUUIDString(connection, id) { return Guest(owning: pointer, of: self) }
      let error = LibvirtError.last()
      if error.code == .noGuest { return nil }
      throw error
    }
  }

  /// Starts a guest that lives until it stops and leaves no definition behind.
  ///
  /// Its taps appear a few milliseconds after the call; it returns when QEMU is ready, some 400 ms later.
  /// - Parameter paused: Whether its processors stay stopped until ``Guest/resume()``.
  package func createGuest(xml: String, paused: Bool) async throws -> Guest {
    try await call { [self] connection in
      let flags = paused ? VIR_DOMAIN_START_PAUSED.rawValue : 0
      guard let pointer = virDomainCreateXML(connection, xml, flags) else { throw LibvirtError.last() }
      return Guest(owning: pointer, of: self)
    }
  }

  /// Throws if the XML is not what libvirt's schema allows. Nothing is made of it.
  package func validate(guestXML xml: String) async throws {
    try await call { connection in
      // A description that is defined and at once undefined: libvirt has no call that only validates.
      guard let pointer = virDomainDefineXMLFlags(connection, xml, VIR_DOMAIN_DEFINE_VALIDATE.rawValue) else {
        throw LibvirtError.last()
      }
      defer { virDomainFree(pointer) }
      guard virDomainUndefine(pointer) == 0 else { throw LibvirtError.last() }
    }
  }

  func call<Value: Sendable>(_ body: @escaping @Sendable (OpaquePointer) throws -> Value) async throws -> Value {
    // `self` is captured whole, so that the connection is open until the call has returned.
    try await BlockingThreads.shared.run { [self] in try body(handle.pointer) }
  }
}

/// What a hypervisor says of the machine it runs on.
package struct HostDescription: Hashable, Sendable {
  package let processors: Int
  package let memoryKiB: Int
}

/// The text that libvirt allocated for us, which is freed.
func takingString(_ text: UnsafeMutablePointer<CChar>) -> String {
  defer { free(text) }
  return String(cString: text)
}
