import HostRPC
import Netlink

extension DeviceLoop {
  /// Waits until guests' taps that are in no bridge are older than `plugPause`.
  ///
  /// libvirt makes such a tap and puts it into the network's bridge a moment later (`<interface type='bridge'>`). If the
  /// agent were faster, libvirt would find it busy and not start the guest. What is in no bridge after the pause is the
  /// agent's to put there (`<interface type='ethernet'>`). Mostly the server's answer has taken longer than that.
  func leaveToLibvirt(_ devices: [DeviceDetails]) async {
    let found = devices.compactMap { details in
      details.deviceOwner.hasPrefix("compute:") && links[details.device]?.master == nil
        ? book.found[details.device] : nil
    }
    guard let end = found.max()?.advanced(by: configuration.plugPause), end > clock.now else { return }
    do {
      try await clock.sleep(until: end, tolerance: nil)
    } catch {
      // The agent stops, which the loop sees for itself.
    }
  }
}
