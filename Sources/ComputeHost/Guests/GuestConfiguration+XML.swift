extension GuestConfiguration {
  /// The guest as libvirt's domain XML.
  package func xml(virtType: VirtType) -> XMLElement {
    XMLElement(
      "domain", ["type": virtType.rawValue],
      [
        XMLElement("name", text: Self.guestName(of: instanceID)),
        XMLElement("uuid", text: "\(instanceID)"),
        metadata,
        XMLElement("memory", ["unit": "MiB"], text: "\(memoryMB)"),
        XMLElement("vcpu", text: "\(vcpus)"),
        operatingSystem(virtType: virtType),
        XMLElement("features", [:], [XMLElement("acpi"), XMLElement("apic")]),
      ] + processor(virtType: virtType) + [
        XMLElement("clock", ["offset": "utc"]),
        XMLElement("on_poweroff", text: "destroy"),
        XMLElement("on_reboot", text: "restart"),
        XMLElement("on_crash", text: "destroy"),
        XMLElement("devices", [:], devices),
      ])
  }

  /// Nova's namespace, which tools that list guests read.
  private var metadata: XMLElement {
    XMLElement(
      "metadata", [:],
      [
        XMLElement(
          "nova:instance", ["xmlns:nova": "http://openstack.org/xmlns/libvirt/nova/1.1"],
          [
            XMLElement("nova:name", text: displayName),
            XMLElement("nova:flavor", ["name": flavorName]),
            XMLElement("nova:ports", [:], interfaces.map { XMLElement("nova:port", ["uuid": "\($0.portID)"]) }),
          ])
      ])
  }

  private func operatingSystem(virtType: VirtType) -> XMLElement {
    var elements = [XMLElement("type", ["arch": "x86_64", "machine": machineType ?? "pc"], text: "hvm")]
    if let kernelBoot {
      elements.append(XMLElement("kernel", text: kernelBoot.kernel))
      if let ramdisk = kernelBoot.ramdisk { elements.append(XMLElement("initrd", text: ramdisk)) }
      elements.append(XMLElement("cmdline", text: kernelBoot.commandLine ?? defaultCommandLine(virtType: virtType)))
    } else {
      elements.append(XMLElement("boot", ["dev": "hd"]))
    }
    return XMLElement("os", [:], elements)
  }

  /// As Nova's: the last console is the one that init gets. A translated guest may find its timer too slow and give up,
  /// which `no_timer_check` prevents.
  private func defaultCommandLine(virtType: VirtType) -> String {
    var words = disk == nil ? [] : ["root=/dev/vda"]
    words += ["console=tty0", "console=ttyS0"]
    if virtType == .qemu { words.append("no_timer_check") }
    return words.joined(separator: " ")
  }

  private func processor(virtType: VirtType) -> [XMLElement] {
    virtType == .kvm ? [XMLElement("cpu", ["mode": "host-model"])] : []
  }

  private var devices: [XMLElement] {
    var elements: [XMLElement] = []
    if let disk {
      elements.append(
        XMLElement(
          "disk", ["type": "file", "device": "disk"],
          [
            XMLElement("driver", ["name": "qemu", "type": disk.format.rawValue]),
            XMLElement("source", ["file": disk.path]),
            XMLElement("target", ["dev": "vda", "bus": "virtio"]),
          ]))
    }
    elements += configDrive?.xml ?? []
    elements += interfaces.map { $0.xml(bandwidth: bandwidth) }
    elements += [
      XMLElement("serial", ["type": "file"], [XMLElement("source", ["path": consoleLog, "append": "on"])]),
      // The statistics of the balloon are what a later look at the guest's memory reads; the period is Nova's.
      XMLElement("memballoon", ["model": "virtio"], [XMLElement("stats", ["period": "10"])]),
    ]
    return elements
  }
}

extension GuestConfiguration.ConfigDrive {
  /// A CD-ROM drive with the disc in it, and the controller of a bus that machines do not have by themselves.
  package var xml: [XMLElement] {
    let controller = XMLElement("controller", ["type": "scsi", "index": "0", "model": "virtio-scsi"])
    let drive = XMLElement(
      "disk", ["type": "file", "device": "cdrom"],
      [
        XMLElement("driver", ["name": "qemu", "type": "raw"]),
        XMLElement("source", ["file": path]),
        XMLElement("target", ["dev": bus == .ide ? "hda" : "sda", "bus": bus.rawValue]),
        XMLElement("readonly"),
      ])
    return (bus == .scsi ? [controller] : []) + [drive]
  }
}

extension VIF {
  /// The interface as libvirt is told: it makes the tap and puts it into the bridge, which must exist.
  package func xml(bandwidth: VIFBandwidth?) -> XMLElement {
    var elements = [
      XMLElement("mac", ["address": "\(macAddress)"]),
      XMLElement("source", ["bridge": bridge]),
      XMLElement("target", ["dev": tap]),
      XMLElement("model", ["type": "virtio"]),
      XMLElement("driver", ["name": "qemu"]),
    ]
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
