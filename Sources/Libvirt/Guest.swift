internal import CLibvirt

/// A guest of a hypervisor, which libvirt calls a domain.
///
/// The handle outlives the guest: each operation on one that has gone throws ``LibvirtError/Code/noGuest``.
package final class Guest: Sendable {
  /// `@unchecked Sendable`: libvirt's objects count their references atomically and lock themselves, and the pointer is
  /// valid until `deinit` gives the reference back.
  private struct Handle: @unchecked Sendable {
    let pointer: OpaquePointer
  }

  private let handle: Handle
  /// The connection lives at least as long as its guests' handles.
  private let connection: Connection

  package let name: String
  /// The guest's UUID in canonical form.
  package let id: String

  /// Takes over a reference that the caller owns.
  init(owning pointer: OpaquePointer, of connection: Connection) {
    handle = Handle(pointer: pointer)
    self.connection = connection
    name = String(cString: virDomainGetName(pointer))
    id = Self.id(of: pointer)
  }

  deinit {
    virDomainFree(handle.pointer)
  }

  /// What the guest is doing now.
  package func state() async throws -> GuestState {
    try await call { guest in
      var (state, reason): (Int32, Int32) = (0, 0)
      guard virDomainGetState(guest, &state, &reason, 0) == 0 else { throw LibvirtError.last() }
      return GuestState(state: state, reason: reason)
    }
  }

  /// Lets a paused guest run. One that runs already is left as it is.
  package func resume() async throws {
    try await call { guest in
      guard virDomainResume(guest) == 0 else { throw LibvirtError.last() }
    }
  }

  /// Stops the guest's processors; its memory and devices stay.
  package func pause() async throws {
    try await call { guest in
      guard virDomainSuspend(guest) == 0 else { throw LibvirtError.last() }
    }
  }

  /// Ends the guest at once, as pulling the plug does. Takes 1 to 2 seconds; its taps are gone afterwards.
  package func destroy() async throws {
    try await call { guest in
      guard virDomainDestroy(guest) == 0 else { throw LibvirtError.last() }
    }
  }

  /// Forgets the stored definition of a guest that has one; those we create have none.
  package func undefine() async throws {
    try await call { guest in
      guard virDomainUndefine(guest) == 0 else { throw LibvirtError.last() }
    }
  }

  /// The guest as libvirt understands it, with everything libvirt has added.
  package func xml() async throws -> String {
    try await call { guest in
      guard let text = virDomainGetXMLDesc(guest, 0) else { throw LibvirtError.last() }
      return takingString(text)
    }
  }

  static func id(of pointer: OpaquePointer) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(VIR_UUID_STRING_BUFLEN)) { buffer in
      guard virDomainGetUUIDString(pointer, buffer.baseAddress!) == 0 else { return "" }
      return String(cString: buffer.baseAddress!)
    }
  }

  func call<Value: Sendable>(_ body: @escaping @Sendable (OpaquePointer) throws -> Value) async throws -> Value {
    // `self` is captured whole, so that the handle is valid until the call has returned.
    try await BlockingThreads.shared.run { [self] in try body(handle.pointer) }
  }
}
