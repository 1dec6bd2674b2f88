internal import Model
internal import Synchronization

/// How many connections there are, of everybody, of each network and of each address, and how many are being told that they
/// are too many.
final class ConnectionCount: Sendable {
  private struct State {
    var all = 0
    var refused = 0
    var ofNetwork: [UUID: Int] = [:]
    var ofAddress: [GuestAddress: Int] = [:]
  }

  private let limits: MetadataAgentConfiguration.Limits
  private let state = Mutex(State())

  init(_ limits: MetadataAgentConfiguration.Limits) {
    self.limits = limits
  }

  /// Counts one more; `false` if that would be too many. Who gets `true` calls ``leave(_:)`` in the end.
  func enter(_ address: GuestAddress) -> Bool {
    state.withLock { state in
      let ofNetwork = state.ofNetwork[address.networkID] ?? 0
      let own = state.ofAddress[address] ?? 0
      guard state.all < limits.connections, ofNetwork < limits.connectionsOfNetwork,
        own < limits.connectionsOfAddress
      else { return false }
      state.all += 1
      state.ofNetwork[address.networkID] = ofNetwork + 1
      state.ofAddress[address] = own + 1
      return true
    }
  }

  /// Counts one more that is refused with an answer; `false` if it must go without one. Who gets `true` calls
  /// ``endRefusal()`` in the end.
  func beginRefusal() -> Bool {
    state.withLock { state in
      guard state.refused < limits.connections else { return false }
      state.refused += 1
      return true
    }
  }

  func endRefusal() { state.withLock { $0.refused -= 1 } }

  func leave(_ address: GuestAddress) {
    state.withLock { state in
      state.all -= 1
      Self.countDown(&state.ofNetwork[address.networkID])
      Self.countDown(&state.ofAddress[address])
    }
  }

  /// A number that has come to 0 is not kept.
  private static func countDown(_ number: inout Int?) {
    number = number.flatMap { $0 > 1 ? $0 - 1 : nil }
  }
}
