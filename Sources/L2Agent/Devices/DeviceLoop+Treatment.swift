import HostRPC
import Logging
import Model
import Netlink

/// What came of one device.
private enum Outcome {
  /// It is on its network.
  case wired(DeviceDetails)
  /// It was taken off its network, and the server must hear that.
  case takenDown(DeviceDetails)
  /// It is nothing that this host should wire.
  case ignored
  case failed(any Error)
}

extension DeviceLoop {
  /// Asks what should be with these devices, does it, and tells the server.
  mutating func treat(_ devices: [String]) async {
    guard !devices.isEmpty else { return }
    let seen = devices.compactMap { device in
      links[device].flatMap { arrivals[$0.index] }.map { (device, $0) }
    }
    let answers: [DeviceAnswer]
    let unfilterable: [String: any Error]
    do {
      // Both questions are asked at once: most devices have groups.
      async let rules = server.securityGroupInfo(.init(devices: devices))
      answers = try await server.devicesDetails(
        .init(
          devices: devices, agentID: agentID, host: configuration.host,
          observedAt: Dictionary(uniqueKeysWithValues: seen)))
      unfilterable = await firewall.prepare(answers.compactMap(\.toBeWired), try await rules)
    } catch {
      logger.warning("Could not get the details of devices", metadata: ["error": "\(error)"])
      for device in devices { _ = book.failed(device, now: clock.now) }
      return
    }
    await leaveToLibvirt(answers.compactMap(\.toBeWired))
    var results = UpdateDeviceList.Arguments(
      devicesUp: [], devicesDown: [], agentID: agentID, host: configuration.host)
    var details: [String: DeviceDetails] = [:]
    for answer in answers where devices.contains(answer.device) {
      switch await act(on: answer, unfilterable[answer.device]) {
      case .wired(let device):
        results.devicesUp.append(answer.device)
        results.observedAt[answer.device] = now()
        details[answer.device] = device
      case .takenDown: results.devicesDown.append(answer.device)
      case .ignored: book.isUnknown(answer.device, now: clock.now)
      case .failed(let error):
        let failures = noteFailure(of: answer.device, "Could not wire a device", error)
        // Upstream says so each time; once is enough for a port that is being tried again.
        if failures == 1 { results.devicesDown.append(answer.device) }
      }
    }
    for device in Set(devices).subtracting(answers.map(\.device)) {
      _ = noteFailure(of: device, "The server did not answer about a device", nil)
    }
    await tell(results, details)
  }

  private mutating func act(on answer: DeviceAnswer, _ unfilterable: (any Error)?) async -> Outcome {
    // Without its rules a device does not come on its network. One that is there keeps the rules it has.
    if let unfilterable { return .failed(unfilterable) }
    do {
      switch answer {
      case .details(let details) where details.adminStateUp:
        try await bridging.wire(details, links: &links)
        if let link = links[details.device] { try shaping.apply(details, to: link) }
        return .wired(details)
      case .details(let details):
        // Only down, and not out of its bridge: libvirt may be about to put it there, and would undo that.
        try bridging.unwire(details.device, keepsBridge: true, links: &links)
        return .takenDown(details)
      case .unknown(let device), .noActiveBinding(let device):
        // A tap that was never ours may be anybody's. One that was has lost its port, or its binding to this host.
        let isFiltered = try await firewall.filters(device)
        if book.wired[device] != nil || isFiltered {
          try bridging.unwire(device, keepsBridge: false, links: &links)
          try await firewall.remove([device])
        }
        logger.debug("There is nothing to do for a device", metadata: ["device": "\(device)"])
        return .ignored
      }
    } catch {
      return .failed(error)
    }
  }

  /// Reports what came of the devices: one alone as upstream does, several in one call.
  private mutating func tell(_ results: UpdateDeviceList.Arguments, _ details: [String: DeviceDetails]) async {
    let devices = results.devicesUp + results.devicesDown
    guard let first = devices.first else { return }
    var refused: [String] = []
    do {
      if devices.count > 1 {
        let answer = try await server.updateDevices(results)
        refused = answer.failedDevicesUp + answer.failedDevicesDown
      } else {
        let report = DeviceReport(
          device: first, agentID: agentID, host: configuration.host, observedAt: results.observedAt)
        if results.devicesUp.isEmpty { try await server.deviceDown(report) } else { try await server.deviceUp(report) }
      }
    } catch {
      for device in devices { _ = noteFailure(of: device, "Could not report a device", error) }
      return
    }
    for device in refused { _ = noteFailure(of: device, "The server refused a report", nil) }
    for device in results.devicesUp where !refused.contains(device) {
      guard let details = details[device] else { continue }
      book.isWired(details)
      logger.info("Wired a device", metadata: ["device": "\(device)", "port.id": "\(details.portID)"])
    }
    for device in results.devicesDown where !refused.contains(device) { book.isTakenDown(device) }
  }

  /// Tells the server of devices that are gone. What does not get through is told again.
  mutating func reportDepartures() async {
    let devices = Array(book.dueDepartures(now: clock.now).prefix(configuration.processingStep))
    guard let first = devices.first else { return }
    do {
      if devices.count == 1 {
        try await server.deviceDown(.init(device: first, agentID: agentID, host: configuration.host))
      } else {
        _ = try await server.updateDevices(
          .init(devicesUp: [], devicesDown: devices, agentID: agentID, host: configuration.host))
      }
      for device in devices {
        book.isReportedDown(device)
        logger.info("A device is gone", metadata: ["device": "\(device)"])
      }
    } catch {
      logger.warning(
        "Could not report that devices are gone", metadata: ["device": "\(first)", "error": "\(error)"])
      let isRefused = (error as? HostRPCError)?.code == .rejected
      for device in devices {
        // A server that answers and does not want it will not want it later; one that is away will.
        let failures = book.failedDeparture(device, now: clock.now)
        if isRefused, failures >= 10 { book.isReportedDown(device) }
      }
    }
  }

  private mutating func noteFailure(of device: String, _ message: Logger.Message, _ error: (any Error)?) -> Int {
    let failures = book.failed(device, now: clock.now)
    logger.log(
      level: failures > 3 ? .debug : .warning, message,
      metadata: ["device": "\(device)", "failures": "\(failures)", "error": "\(error.map { "\($0)" } ?? "none")"])
    return failures
  }
}

extension DeviceAnswer {
  /// The details, if the device is to come on its network.
  fileprivate var toBeWired: DeviceDetails? {
    if case .details(let details) = self, details.adminStateUp { details } else { nil }
  }
}
