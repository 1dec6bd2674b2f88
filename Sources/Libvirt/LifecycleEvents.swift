internal import CLibvirt
internal import Synchronization

extension Connection {
  /// What happens to the guests from now on, in order.
  package func lifecycleEvents() async throws -> AsyncStream<GuestEvent> {
    try await lifecycleEvents { $0 }
  }

  /// What `transform` makes of what happens to the guests from now on, in order; `nil` is left out. It is called on
  /// libvirt's own thread, so it must not wait.
  ///
  /// A reader that falls 1024 events behind loses the oldest: events wake, the guests' states decide. The events stop
  /// when the reader lets go of the sequence, or the connection is closed.
  package func lifecycleEvents<Element: Sendable>(
    _ transform: @escaping @Sendable (GuestEvent) -> Element?
  ) async throws -> AsyncStream<Element> {
    let (stream, continuation) = AsyncStream.makeStream(of: Element.self, bufferingPolicy: .bufferingNewest(1024))
    let listeners = listeners
    let number = listeners.add { event in
      if let element = transform(event) { continuation.yield(element) }
    }
    continuation.onTermination = { _ in listeners.remove(number) }
    do {
      try await call { try listeners.register(on: $0) }
    } catch {
      continuation.finish()
      throw error
    }
    return stream
  }
}

/// Those who want to hear of guests' lives over one connection.
///
/// libvirt takes a callback once for each connection, whatever context comes with it, so all of them share one.
final class LifecycleListeners: Sendable {
  private struct State {
    var next = 0
    var receivers: [Int: @Sendable (GuestEvent) -> Void] = [:]
  }

  private let state = Mutex(State())
  private let registrations = Mutex<[Int32]>([])

  func add(_ receive: @escaping @Sendable (GuestEvent) -> Void) -> Int {
    state.withLock { state in
      state.next += 1
      state.receivers[state.next] = receive
      return state.next
    }
  }

  func remove(_ number: Int) {
    state.withLock { $0.receivers[number] = nil }
  }

  /// Registers with libvirt for all kinds of event, as far as that has not been done.
  func register(on connection: OpaquePointer) throws {
    try registrations.withLock { registrations in
      let kinds: [(UnsafeMutableRawPointer) -> Int32] = [
        { clv_register_lifecycle(connection, lifecycleChanged, $0, releaseListeners) },
        {
          let event = Int32(VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED.rawValue)
          return clv_register_device(connection, event, deviceRemoved, $0, releaseListeners)
        },
        {
          let event = Int32(VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED.rawValue)
          return clv_register_device(connection, event, deviceRemovalFailed, $0, releaseListeners)
        },
      ]
      for register in kinds.dropFirst(registrations.count) {
        let context = Unmanaged.passRetained(self).toOpaque()
        let answer = register(context)
        guard answer >= 0 else {
          let error = LibvirtError.last()
          releaseListeners(context)
          throw error
        }
        registrations.append(answer)
      }
    }
  }

  /// Ends the registrations before the connection is closed.
  func deregister(from connection: OpaquePointer) {
    // A failure means that the other end has gone, and the registration with it.
    for registration in registrations.withLock({ $0 }) { virConnectDomainEventDeregisterAny(connection, registration) }
  }

  fileprivate func tell(_ event: GuestEvent) {
    for receive in state.withLock({ Array($0.receivers.values) }) { receive(event) }
  }
}

private let lifecycleChanged:
  @convention(c) (virConnectPtr?, virDomainPtr?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32 = {
    _, guest, kind, detail, context in
    if let kind = GuestEvent.Kind(rawValue: kind) { tell(context, of: kind, detail, guest) }
    return 0
  }

private let deviceRemoved:
  @convention(c) (virConnectPtr?, virDomainPtr?, UnsafePointer<CChar>?, UnsafeMutableRawPointer?) -> Void = {
    _, guest, _, context in tell(context, of: .deviceRemoved, 0, guest)
  }

private let deviceRemovalFailed:
  @convention(c) (virConnectPtr?, virDomainPtr?, UnsafePointer<CChar>?, UnsafeMutableRawPointer?) -> Void = {
    _, guest, _, context in tell(context, of: .deviceRemovalFailed, 0, guest)
  }

private func tell(
  _ context: UnsafeMutableRawPointer?, of kind: GuestEvent.Kind, _ detail: Int32, _ guest: virDomainPtr?
) {
  guard let guest, let context else { return }
  let event = GuestEvent(
    kind: kind, detail: detail, guestID: Guest.id(of: guest), guestName: String(cString: virDomainGetName(guest)))
  Unmanaged<LifecycleListeners>.fromOpaque(context).takeUnretainedValue().tell(event)
}

/// Called by libvirt when the registration has ended and no callback runs any more.
private let releaseListeners: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
  guard let context else { return }
  Unmanaged<LifecycleListeners>.fromOpaque(context).release()
}
