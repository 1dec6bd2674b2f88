import HostRPC
import Logging
import Netlink

extension DeviceLoop {
  /// Has the firewall follow the groups that have changed. The devices themselves stay as they are, and the server hears
  /// of nothing.
  mutating func refreshGroups() async {
    guard let due = groupsDue, due <= clock.now else { return }
    groupsDue = nil
    let groups = staleGroups
    staleGroups = []
    do {
      let devices = await firewall.devices(concernedBy: groups)
      for start in stride(from: 0, to: devices.count, by: configuration.processingStep) {
        let chunk = Array(devices[start..<min(start + configuration.processingStep, devices.count)])
        try await firewall.refresh(server.securityGroupInfo(.init(devices: chunk)))
      }
    } catch {
      logger.warning("Could not follow changed security groups", metadata: ["error": "\(error)"])
      staleGroups.formUnion(groups)
      groupsDue = clock.now.advanced(by: configuration.longestRetryPause)
    }
  }

  /// Looks as often as at the links whether the rules are still there.
  mutating func mendFilters() async {
    let start = clock.now
    if let lookedAt = filtersSeenAt, lookedAt.duration(to: start) < configuration.pollingInterval { return }
    filtersSeenAt = start
    do {
      if try await firewall.mend() {
        logger.warning("Somebody had taken the tables of the security groups away; they are there again")
      }
    } catch {
      logger.error("The tables of the security groups are gone", metadata: ["error": "\(error)"])
    }
  }

  /// Takes the rules of devices that are gone out of the kernel.
  mutating func dropStaleFilters() async {
    guard hasStaleFilters else { return }
    do {
      // What was heard of the links may lack one, and a device that is there must not lose its rules for that.
      if try await firewall.isStale(beside: Set(links.links.map(\.name))) {
        try await firewall.keepOnly(Set(try bridging.listLinks().links.map(\.name)))
      }
      hasStaleFilters = false
    } catch {
      logger.warning("Could not take away the rules of devices that are gone", metadata: ["error": "\(error)"])
    }
  }
}
