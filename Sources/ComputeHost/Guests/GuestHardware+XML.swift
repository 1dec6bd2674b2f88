extension GuestHardware {
  /// The devices that a guest has besides its disks and interfaces.
  ///
  /// - Parameter vncListen: The host's address at which the guest's screen can be seen; `nil` for no screen.
  func xml(vncListen: String?) -> [XMLElement] {
    var elements: [XMLElement] = []
    if hasGuestAgent {
      elements.append(
        XMLElement(
          "channel", ["type": "unix"],
          [XMLElement("target", ["type": "virtio", "name": "org.qemu.guest_agent.0"])]))
    }
    if let vncListen {
      if hasTablet { elements.append(XMLElement("input", ["type": "tablet", "bus": "usb"])) }
      elements.append(
        XMLElement(
          "graphics", ["type": "vnc", "port": "-1", "autoport": "yes", "listen": vncListen],
          [XMLElement("listen", ["type": "address", "address": vncListen])]))
      elements.append(XMLElement("video", [:], [XMLElement("model", ["type": videoModel.rawValue])]))
    }
    if let watchdog {
      elements.append(XMLElement("watchdog", ["model": "i6300esb", "action": watchdog.rawValue]))
    }
    if let random { elements.append(random.xml) }
    return elements
  }
}

extension RandomSource {
  fileprivate var xml: XMLElement {
    var elements = [XMLElement("backend", ["model": "random"], text: "/dev/urandom")]
    if let rateBytes {
      var rate = XMLElement("rate", ["bytes": "\(rateBytes)"])
      if let ratePeriod { rate.attributes.append(.init(name: "period", value: "\(ratePeriod)")) }
      elements.insert(rate, at: 0)
    }
    return XMLElement("rng", ["model": "virtio"], elements)
  }
}

extension ProcessorLimits {
  /// One element, or none if there is no limit.
  var xml: [XMLElement] {
    let limits = [("shares", shares), ("period", period), ("quota", quota)].compactMap { name, value in
      value.map { XMLElement(name, text: "\($0)") }
    }
    return limits.isEmpty ? [] : [XMLElement("cputune", [:], limits)]
  }
}

extension Topology {
  var xml: XMLElement {
    XMLElement("topology", ["sockets": "\(sockets)", "dies": "1", "cores": "\(cores)", "threads": "\(threads)"])
  }
}

extension GuestConfiguration.Drive {
  /// libvirt's `<disk>`.
  package func xml(limits: [DiskLimit] = []) -> XMLElement {
    var elements = [
      XMLElement("driver", ["name": "qemu", "type": format.rawValue]),
      XMLElement("source", ["file": path]),
      XMLElement("target", ["dev": target, "bus": bus.rawValue]),
    ]
    if isDisc {
      elements.append(XMLElement("readonly"))
    } else if !limits.isEmpty {
      elements.append(XMLElement("iotune", [:], limits.map { XMLElement($0.name, text: "\($0.value)") }))
    }
    return XMLElement("disk", ["type": "file", "device": isDisc ? "cdrom" : "disk"], elements)
  }
}

extension VIF {
  /// The interface as libvirt is told: it makes the tap and puts it into the bridge, which must exist.
  package func xml(bandwidth: VIFBandwidth?) -> XMLElement {
    var elements = [
      XMLElement("mac", ["address": "\(macAddress)"]),
      XMLElement("source", ["bridge": bridge]),
      XMLElement("target", ["dev": tap]),
      XMLElement("model", ["type": model.rawValue]),
    ]
    if model == .virtio { elements.append(XMLElement("driver", ["name": "qemu"])) }
    if let mtu { elements.append(XMLElement("mtu", ["size": "\(mtu)"])) }
    if let bandwidth { elements.append(bandwidth.xml) }
    return XMLElement("interface", ["type": "bridge"], elements)
  }
}

extension VIFBandwidth {
  package var xml: XMLElement {
    var elements: [XMLElement] = []
    for (name, limit) in [("inbound", inbound), ("outbound", outbound)] {
      guard let limit else { continue }
      var element = XMLElement(name, ["average": "\(limit.average)"])
      if let peak = limit.peak { element.attributes.append(.init(name: "peak", value: "\(peak)")) }
      if let burst = limit.burst { element.attributes.append(.init(name: "burst", value: "\(burst)")) }
      elements.append(element)
    }
    return XMLElement("bandwidth", [:], elements)
  }
}
