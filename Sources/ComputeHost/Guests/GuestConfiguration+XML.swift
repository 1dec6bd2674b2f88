extension GuestConfiguration {
  /// The guest as libvirt's domain XML (https://libvirt.org/formatdomain.html).
  package func xml(virtType: VirtType) -> XMLElement {
    XMLElement(
      "domain", ["type": virtType.rawValue],
      [
        XMLElement("name", text: Self.guestName(of: instanceID)),
        XMLElement("uuid", text: "\(instanceID)"),
        metadata,
        XMLElement("memory", ["unit": "MiB"], text: "\(memoryMB)"),
        XMLElement("vcpu", text: "\(vcpus)"),
      ] + hardware.processorLimits.xml + [
        systemInformation,
        operatingSystem(virtType: virtType),
        XMLElement("features", [:], [XMLElement("acpi"), XMLElement("apic")]),
      ] + processor(virtType: virtType) + [
        XMLElement("clock", ["offset": hardware.isWindows ? "localtime" : "utc"]),
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

  /// What the machine says of itself. cloud-init looks for the metadata service where the product is `OpenStack Nova`
  /// (its `ds-identify`), so the words have to be Nova's.
  private var systemInformation: XMLElement {
    let entries = [
      ("manufacturer", "OpenStack Foundation"), ("product", "OpenStack Nova"), ("serial", "\(instanceID)"),
      ("uuid", "\(instanceID)"), ("family", "Virtual Machine"),
    ]
    return XMLElement(
      "sysinfo", ["type": "smbios"],
      [XMLElement("system", [:], entries.map { XMLElement("entry", ["name": $0.0], text: $0.1) })])
  }

  private func operatingSystem(virtType: VirtType) -> XMLElement {
    var elements = [XMLElement("type", ["arch": "x86_64", "machine": hardware.machineType ?? "pc"], text: "hvm")]
    if hardware.firmware == .uefi {
      let secureBoot = XMLElement("feature", ["enabled": "no", "name": "secure-boot"])
      elements.append(XMLElement("firmware", [:], [secureBoot]))
      // In the instance's folder the variables go where its disks go.
      if let firmwareVariables { elements.append(XMLElement("nvram", text: firmwareVariables)) }
    }
    if let kernelBoot {
      elements.append(XMLElement("kernel", text: kernelBoot.kernel))
      if let ramdisk = kernelBoot.ramdisk { elements.append(XMLElement("initrd", text: ramdisk)) }
      elements.append(XMLElement("cmdline", text: kernelBoot.commandLine ?? defaultCommandLine(virtType: virtType)))
    } else {
      elements.append(XMLElement("boot", ["dev": "hd"]))
    }
    if hardware.hasBootMenu { elements.append(XMLElement("bootmenu", ["enable": "yes"])) }
    elements.append(XMLElement("smbios", ["mode": "sysinfo"]))
    return XMLElement("os", hardware.firmware == .uefi ? ["firmware": "efi"] : [:], elements)
  }

  /// As Nova's: the last console is the one that init gets. A translated guest may find its timer too slow and give up,
  /// which `no_timer_check` prevents.
  private func defaultCommandLine(virtType: VirtType) -> String {
    var words = writableDisks.first.map { ["root=/dev/\($0.target)"] } ?? []
    words += ["console=tty0", "console=ttyS0"]
    if virtType == .qemu { words.append("no_timer_check") }
    return words.joined(separator: " ")
  }

  private func processor(virtType: VirtType) -> [XMLElement] {
    let topology = hardware.topology.map { [$0.xml] } ?? []
    if virtType == .kvm { return [XMLElement("cpu", ["mode": "host-model"], topology)] }
    return topology.isEmpty ? [] : [XMLElement("cpu", [:], topology)]
  }

  private var devices: [XMLElement] {
    let drives = drives
    var elements = controllers(for: drives)
    elements += drives.map { $0.xml(limits: hardware.diskLimits) }
    elements += interfaces.map { $0.xml(bandwidth: bandwidth) }
    elements.append(
      XMLElement("serial", ["type": "file"], [XMLElement("source", ["path": consoleLog, "append": "on"])]))
    elements += hardware.xml(vncListen: vncListen)
    // The statistics of the balloon are what a later look at the guest's memory reads; the period is Nova's.
    elements.append(XMLElement("memballoon", ["model": "virtio"], [XMLElement("stats", ["period": "10"])]))
    return elements
  }

  /// Those that libvirt would not add by itself as they are needed.
  private func controllers(for drives: [Drive]) -> [XMLElement] {
    var controllers: [XMLElement] = []
    if drives.contains(where: { $0.bus == .scsi }) {
      controllers.append(XMLElement("controller", ["type": "scsi", "index": "0", "model": "virtio-scsi"]))
    }
    guard hardware.machineType?.contains("q35") == true else { return controllers }
    // On this machine each device of a guest that runs takes a port of its own, which cannot be added later.
    let ports = min(28, drives.count + interfaces.count + Self.freePorts)
    controllers.append(XMLElement("controller", ["type": "pci", "index": "0", "model": "pcie-root"]))
    controllers += (1...ports).map {
      XMLElement("controller", ["type": "pci", "index": "\($0)", "model": "pcie-root-port"])
    }
    return controllers
  }

  /// Room for the devices that libvirt adds, and for some interfaces to be attached.
  private static let freePorts = 12
}
