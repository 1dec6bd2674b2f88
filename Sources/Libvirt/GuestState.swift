internal import CLibvirt

/// What a guest is doing, libvirt's `virDomainState`.
package enum GuestState: Int32, Sendable {
  case none = 0
  case running = 1
  /// Running, and waiting for something of the hypervisor's.
  case blocked = 2
  case paused = 3
  /// On its way down.
  case shuttingDown = 4
  case shutOff = 5
  case crashed = 6
  case suspendedByGuest = 7
  /// Being created. libvirt says that it is paused, and because of what; the number is ours.
  case starting = 100

  /// From what `virDomainGetState` tells.
  init(state: Int32, reason: Int32) {
    if state == Self.paused.rawValue, reason == Int32(VIR_DOMAIN_PAUSED_STARTING_UP.rawValue) {
      self = .starting
    } else {
      self = GuestState(rawValue: state) ?? .none
    }
  }
}

/// A change in a guest's life, as libvirt tells it.
package struct GuestEvent: Hashable, Sendable {
  /// libvirt's `virDomainEventType`.
  package enum Kind: Int32, Sendable {
    case defined = 0
    case undefined = 1
    case started = 2
    case suspended = 3
    case resumed = 4
    case stopped = 5
    case shutdown = 6
    case suspendedByGuest = 7
    case crashed = 8
    /// The guest has let go of a device. libvirt tells it by an event of another sort; the number is ours.
    case deviceRemoved = 100
    /// The guest's kernel refused to let go of a device. The number is ours.
    case deviceRemovalFailed = 101
  }

  package let kind: Kind
  /// libvirt's detail, whose meaning depends on the kind (`virDomainEventStoppedDetailType` and its kin).
  package let detail: Int32
  package let guestID: String
  package let guestName: String

  package init(kind: Kind, detail: Int32, guestID: String, guestName: String) {
    self.kind = kind
    self.detail = detail
    self.guestID = guestID
    self.guestName = guestName
  }
}
