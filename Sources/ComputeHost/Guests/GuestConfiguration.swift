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
    /// `hw_cdrom_bus` of an image; the default is the machine's own.
    package enum Bus: String, Sendable {
      case ide
      case sata
      case scsi
    }

    package var path: String
    package var bus: Bus

    package init(path: String, bus: Bus) {
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
  package var configDrive: ConfigDrive?
  package var interfaces: [VIF]
  package var bandwidth: VIFBandwidth?
  /// The file that gets what the guest writes to its serial console.
  package var consoleLog: String
  /// The image's `hw_machine_type`, such as `q35`.
  package var machineType: String?

  package init(
    request: BuildRequest, kernelBoot: KernelBoot?, disk: Disk?, interfaces: [VIF], consoleLog: String
  ) {
    instanceID = request.instanceID
    displayName = request.name
    flavorName = request.flavor.name
    vcpus = request.flavor.vcpus
    memoryMB = request.flavor.memoryMB
    self.kernelBoot = kernelBoot
    self.disk = disk
    self.interfaces = interfaces
    bandwidth = VIFBandwidth(extraSpecs: request.flavor.extraSpecs)
    self.consoleLog = consoleLog
    machineType = request.image.properties["hw_machine_type"]
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
