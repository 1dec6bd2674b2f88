import Model
import Store

extension Transaction {
  /// The binding after a change. A port is bound anew when its host or its kind of interface changes, or when it is asked
  /// for once more after a failure.
  func rebound(
    _ before: Port, _ after: Port, to segment: Segment, configuration: NetworkConfiguration
  ) throws -> PortBinding {
    let isSamePlace = before.binding.host == after.binding.host && before.binding.vnicType == after.binding.vnicType
    let isSettled = before.binding.vifType != .bindingFailed && before.isDistributed == after.isDistributed
    if isSamePlace && isSettled { return after.binding }
    return try bound(
      after.binding, isDistributed: after.isDistributed, to: segment, at: now, configuration: configuration)
  }

  /// A port that is bound elsewhere, or nowhere, is not wired any more until an agent there says so. One that is bound
  /// nowhere is not about to be moved either.
  func followBinding(before: Port, after: Port) throws {
    guard before.binding.host != after.binding.host || before.binding.vifType != after.binding.vifType else { return }
    try updateL2Block(ofPort: after.id, binding: after.binding, status: .down)
    if after.binding.host.isEmpty, !before.binding.host.isEmpty { try deleteInactiveBindings(ofPort: after.id) }
    guard !after.isDistributed, before.status != .down else { return }
    cause = ChangeCause(reason: "binding changed", host: after.binding.host.isEmpty ? nil : after.binding.host)
    try setStatus(.down, ofPort: after.id)
  }
}
