package import HostRPC
package import Model

/// Everything that makes up a guest before a hypervisor gives it a form.
package struct GuestConfiguration: Hashable, Sendable {
  /// Where the guest's first instruction comes from.
  package struct KernelBoot: Hashable, Sendable {
    /// Paths on this host.
    package var kernel: String
    package var ramdisk: String?
    /// The image's `os_command_line`; `nil` for the default.
    package var commandLine: String?

    package init(kernel: String, ramdisk: String?, commandLine: String?) {
      (self.kernel, self.ramdisk, self.commandLine) = (kernel, ramdisk, commandLine)
    }
  }

  package struct Disk: Hashable, Sendable {
    package enum Format: String, Sendable {
      case raw
      case qcow2
    }

    package var path: String
    package var format: Format

    package init(path: String, format: Format) {
      (self.path, self.format) = (path, format)
    }
  }

  /// A disc with the instance's metadata.
  package struct ConfigDrive: Hashable, Sendable {
    package var path: String
    /// `hw_cdrom_bus` of an image; the default is the machine's own.
    package var bus: DriveBus

    package init(path: String, bus: DriveBus) {
      (self.path, self.bus) = (path, bus)
    }
  }

  package var instanceID: UUID
  /// What the user calls the instance; the guest itself is named after its id.
  package var displayName: String
  package var flavorName: String
  package var vcpus: Int
  package var memoryMB: Int
  /// `nil` boots from the disk.
  package var kernelBoot: KernelBoot?
  package var disk: Disk?
  /// What the guest boots from instead of its disk while it is rescued.
  package var rescueDisk: Disk?
  /// Ephemeral disks and swap, in this order behind the root disk.
  package var additionalDisks: [Disk] = []
  package var configDrive: ConfigDrive?
  package var interfaces: [VIF]
  package var bandwidth: VIFBandwidth?
  /// The file that gets what the guest writes to its serial console.
  package var consoleLog: String
  package var hardware: GuestHardware
  /// The file with the variables of a UEFI firmware, which libvirt makes; `nil` leaves its place to libvirt.
  package var firmwareVariables: String?
  /// The host's address at which the guest's screen is shown by VNC; `nil` for a guest without a screen.
  package var vncListen: String? = "127.0.0.1"

  /// - Parameter files: What the instance has on this host.
  /// - Throws: ``HardwareError`` if its flavor or image asks for a machine that it cannot have.
  package init(
    request: BuildRequest, files: InstanceFiles.Prepared, interfaces: [VIF], configDrive: ConfigDrive? = nil
  ) throws(HardwareError) {
    instanceID = request.instanceID
    displayName = request.name
    flavorName = request.flavor.name
    vcpus = request.flavor.vcpus
    memoryMB = request.flavor.memoryMB
    let extraSpecs = request.flavor.extraSpecs
    hardware = try GuestHardware(extraSpecs: extraSpecs, properties: request.image.properties, vcpus: vcpus)
    bandwidth = VIFBandwidth(extraSpecs: extraSpecs)
    (kernelBoot, disk, rescueDisk) = (files.kernelBoot, files.disk, files.rescueDisk)
    (additionalDisks, consoleLog) = (files.additionalDisks, files.consoleLog)
    firmwareVariables = files.firmwareVariables
    self.configDrive = configDrive
    let model = hardware.vifModel
    self.interfaces = interfaces.map { vif in
      var vif = vif
      vif.model = model
      return vif
    }
  }

  /// `instance-` and the id: Nova's `instance_name_template` as `instance-%(uuid)s`.
  package static func guestName(of instanceID: UUID) -> String { "instance-\(instanceID)" }
}

/// How a guest's instructions are executed: libvirt's domain type.
package enum VirtType: String, CaseIterable, Sendable {
  case kvm
  /// QEMU's own translation, slower and available everywhere.
  case qemu
}
