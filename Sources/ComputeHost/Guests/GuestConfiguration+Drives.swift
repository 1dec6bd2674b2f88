extension GuestConfiguration {
  /// A disk or disc drive with its place in the machine.
  package struct Drive: Hashable, Sendable {
    package var path: String
    package var format: Disk.Format
    package var bus: DriveBus
    /// `vda`: the letters of a bus are given in order, and a guest's kernel mostly does the same.
    package var target: String
    /// Whether it is a disc drive, which is read-only.
    package var isDisc = false
  }

  /// The guest's disks in the order it sees them, then its config drive. With a rescue disk the guest boots from that,
  /// and its own disks come after it.
  package var drives: [Drive] {
    var letters: [String: Int] = [:]
    func target(_ bus: DriveBus) -> String {
      let index = letters[bus.prefix, default: 0]
      letters[bus.prefix] = index + 1
      return bus.prefix + String(UnicodeScalar(UInt8(ascii: "a") + UInt8(min(index, 25))))
    }
    let bus = hardware.diskBus
    let disks = ([rescueDisk, disk] + additionalDisks).compactMap { $0 }
    var drives = disks.map { disk in
      Drive(path: disk.path, format: disk.format, bus: bus, target: target(bus))
    }
    if let configDrive {
      let bus = configDrive.bus
      drives.append(Drive(path: configDrive.path, format: .raw, bus: bus, target: target(bus), isDisc: true))
    }
    return drives
  }

  /// Those that the guest writes.
  package var writableDisks: [Drive] { drives.filter { !$0.isDisc } }
}

/// How a disk or disc drive is connected: libvirt's words, and those of an image's `hw_disk_bus` and `hw_cdrom_bus`.
package enum DriveBus: String, CaseIterable, Sendable {
  case virtio
  case scsi
  case sata
  case ide
  case usb

  /// What the names of its drives begin with.
  var prefix: String {
    switch self {
    case .virtio: "vd"
    case .scsi, .sata, .usb: "sd"
    case .ide: "hd"
    }
  }
}
