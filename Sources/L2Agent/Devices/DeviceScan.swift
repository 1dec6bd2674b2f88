/// What differs between two looks at the host's taps, in upstream's words (`scan_devices` of the common agent loop).
///
/// A device is known by its name and its interface index. One that was removed and made again between the looks has
/// another index; upstream calls it updated and fetches its details anew (LP 1531862). Here it was removed and is added,
/// so that the server hears of both: what was plugged is gone, and something new waits to be plugged.
package struct DeviceScan: Hashable, Sendable {
  /// The taps that are there, with their indexes.
  package let current: [String: Int32]
  /// Not there at the last look, or made again since, or all if everything is to be compared.
  package let added: Set<String>
  /// There, and somebody said that the port has changed.
  package let updated: Set<String>
  /// There at the last look, and gone or made again since.
  package let removed: Set<String>

  /// - Parameters:
  ///   - hinted: Devices that the server said something about; those that are not there are left out.
  ///   - everything: Treat all devices as added, as at the start and after a reconnect.
  package init(
    previous: [String: Int32], current: [String: Int32], hinted: Set<String> = [], everything: Bool = false
  ) {
    self.current = current
    removed = Set(previous.filter { current[$0.key] != $0.value }.keys)
    let new = current.filter { previous[$0.key] != $0.value }
    added = Set((everything ? current : new).keys)
    updated = hinted.filter { current[$0] != nil }
  }
}
