/// What a flavor's extra specs and an image's properties ask of a guest's machine, under Nova's names.
///
/// A spec that asks for what these guests cannot have is refused, since who asked for encrypted memory must not get a
/// guest without it. One that this host knows nothing of is left alone, as Nova does.
package struct GuestHardware: Hashable, Sendable {
  package enum Firmware: String, Sendable {
    case bios
    case uefi
  }

  /// `hw_machine_type`, such as `q35`; `nil` takes libvirt's `pc`.
  package var machineType: String?
  package var firmware = Firmware.bios
  package var topology: Topology?
  package var processorLimits = ProcessorLimits()
  package var diskLimits: [DiskLimit] = []
  package var diskBus = DriveBus.virtio
  package var vifModel = VIF.Model.virtio
  package var videoModel = VideoModel.virtio
  package var watchdog: WatchdogAction?
  package var random: RandomSource? = RandomSource()
  package var hasBootMenu = false
  package var hasGuestAgent = false
  /// A pointer that knows where it is, so that a screen seen over VNC has one pointer and not two.
  package var hasTablet = false
  /// Windows takes the clock of its machine for local time.
  package var isWindows = false

  /// A machine as Nova makes it when nobody asks for anything.
  package init() {}

  /// - Throws: ``HardwareError``
  package init(extraSpecs: [String: String], properties: [String: String], vcpus: Int) throws(HardwareError) {
    let specs = HardwareSpecs(flavor: extraSpecs, image: properties)
    try specs.refuseUnsupported()
    machineType = properties["hw_machine_type"]
    firmware = try specs.choice(image: "hw_firmware_type") ?? .bios
    topology = try Topology(specs, vcpus: vcpus)
    processorLimits = try ProcessorLimits(specs)
    diskLimits = try DiskLimit.all(specs)
    diskBus = try specs.choice(image: "hw_disk_bus") ?? .virtio
    vifModel = try specs.choice(image: "hw_vif_model") ?? .virtio
    videoModel = try specs.choice(image: "hw_video_model") ?? .virtio
    watchdog = try WatchdogAction(specs)
    random = try RandomSource(specs)
    hasBootMenu = try specs.flag("boot_menu") ?? false
    hasGuestAgent = try specs.flag(image: "hw_qemu_guest_agent") ?? false
    hasTablet = properties["hw_pointer_model"] == "usbtablet"
    isWindows = properties["os_type"] == "windows"
  }
}

/// Why a guest cannot have the machine that its flavor or image asks for.
package struct HardwareError: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}

/// `hw_video_model`, those of them that QEMU has.
package enum VideoModel: String, CaseIterable, Sendable {
  case virtio
  case vga
  case cirrus
  case bochs
  case qxl
  case none
}

extension VIF {
  /// `hw_vif_model`, those of them that QEMU has.
  package enum Model: String, CaseIterable, Sendable {
    case virtio
    case e1000
    case e1000e
    case rtl8139
    case pcnet
    case ne2kPCI = "ne2k_pci"
    case vmxnet3
  }
}
