import ComputeHost
import HostRPC
import Model
import Support
import Testing

@Suite("What a flavor and an image ask of a guest's machine")
struct GuestHardwareTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var specs: [String: String] = [:]
    var properties: [String: String] = [:]
    /// What has to be in the description.
    var lines: [String] = []
    var absent: [String] = []
  }

  static let shapes: [Shape] = [
    Shape(
      testDescription: "nothing", lines: ["<model type='virtio'/>", "<rng model='virtio'>"], absent: ["<cputune>"]),
    Shape(
      testDescription: "UEFI", properties: ["hw_firmware_type": "uefi", "os_secure_boot": "disabled"],
      lines: ["<os firmware='efi'>", "<feature enabled='no' name='secure-boot'/>", "<nvram>/i/uefi_vars.fd</nvram>"]),
    Shape(testDescription: "BIOS", properties: ["hw_firmware_type": "bios"], absent: ["efi"]),
    Shape(
      testDescription: "q35 with room for interfaces", properties: ["hw_machine_type": "q35"],
      lines: ["machine='q35'", "<controller type='pci' index='12' model='pcie-root-port'/>"]),
    Shape(
      testDescription: "limits of processors",
      specs: ["quota:cpu_shares": "512", "quota:cpu_period": "100000", "quota:cpu_quota": "-1"],
      lines: ["<shares>512</shares>", "<period>100000</period>", "<quota>-1</quota>"]),
    Shape(
      testDescription: "limits of disks",
      specs: ["quota:disk_read_bytes_sec": "1048576", "quota:disk_write_iops_sec": "100"],
      lines: ["<read_bytes_sec>1048576</read_bytes_sec>", "<write_iops_sec>100</write_iops_sec>"]),
    Shape(
      testDescription: "limits of interfaces", specs: ["quota:vif_inbound_average": "1000"],
      lines: ["<inbound average='1000'/>"]),
    Shape(
      testDescription: "a topology of both, the flavor's first", specs: ["hw:cpu_cores": "4", "hw:cpu_threads": "2"],
      properties: ["hw_cpu_cores": "2"], lines: ["<topology sockets='1' dies='1' cores='4' threads='2'/>"]),
    Shape(
      testDescription: "one socket", specs: ["hw:cpu_sockets": "1"],
      lines: ["<topology sockets='1' dies='1' cores='8' threads='1'/>"]),
    Shape(testDescription: "a topology that does not fit", specs: ["hw:cpu_cores": "3"], absent: ["<topology"]),
    Shape(
      testDescription: "a topology that overflows",
      specs: ["hw:cpu_cores": "4611686018427387904", "hw:cpu_sockets": "4611686018427387904"], absent: ["<topology"]),
    Shape(
      testDescription: "other devices",
      properties: [
        "hw_disk_bus": "scsi", "hw_vif_model": "e1000", "hw_video_model": "vga", "hw_cdrom_bus": "sata",
        "hw_pointer_model": "usbtablet",
      ],
      lines: [
        "<target dev='sda' bus='scsi'/>", "<target dev='sdb' bus='scsi'/>", "<target dev='sdd' bus='sata'/>",
        "model='virtio-scsi'", "<model type='e1000'/>", "<model type='vga'/>", "<input type='tablet' bus='usb'/>",
      ], absent: ["<driver name='qemu'/>"]),
    Shape(testDescription: "IDE", properties: ["hw_disk_bus": "ide"], lines: ["<target dev='hda' bus='ide'/>"]),
    Shape(testDescription: "USB", properties: ["hw_disk_bus": "usb"], lines: ["<target dev='sda' bus='usb'/>"]),
    Shape(
      testDescription: "a watchdog, the image's first", specs: ["hw:watchdog_action": "reset"],
      properties: ["hw_watchdog_action": "pause"], lines: ["<watchdog model='i6300esb' action='pause'/>"]),
    Shape(
      testDescription: "no watchdog", specs: ["hw:watchdog_action": "reset"],
      properties: ["hw_watchdog_action": "disabled"], absent: ["watchdog"]),
    Shape(
      testDescription: "little randomness", specs: ["hw_rng:rate_bytes": "1024", "hw_rng:rate_period": "1000"],
      lines: ["<rate bytes='1024' period='1000'/>"]),
    Shape(testDescription: "no randomness", specs: ["hw_rng:allowed": "False"], absent: ["<rng"]),
    Shape(testDescription: "a boot menu", specs: ["hw:boot_menu": "true"], lines: ["<bootmenu enable='yes'/>"]),
    Shape(
      testDescription: "a guest agent", properties: ["hw_qemu_guest_agent": "yes"],
      lines: ["<target type='virtio' name='org.qemu.guest_agent.0'/>"]),
    Shape(testDescription: "Windows", properties: ["os_type": "windows"], lines: ["<clock offset='localtime'/>"]),
    Shape(
      testDescription: "what this host knows nothing of", specs: ["hw:unheard_of": "1", "trait:CUSTOM": "required"],
      properties: ["hw_unheard_of": "<x/>"]),
  ]

  /// Names that could break a description, and what a user may call a thing.
  static let names = [
    "vm", "</nova:name><x a='b'>", "'\"&amp;<!-- ]]> %", "\u{1F98A}\u{200D}\u{1F525} e\u{301}",
    "\u{0}\u{1}\u{B}\u{1F}\u{7F}\u{FFFE}",
    String(repeating: "\u{1F600}", count: 255), String(repeating: "<", count: 255), "\n\t\r",
  ]

  @Test("each has the description that libvirt's schema allows", arguments: shapes)
  func shape(_ shape: Shape) async throws {
    let text = try Self.guest(shape, name: "vm").xml(virtType: .qemu).text
    for line in shape.lines { #expect(text.contains(line), "\(line) in \(text)") }
    for line in shape.absent { #expect(!text.contains(line), "\(line) in \(text)") }
    try await Self.validate(text)
    try await Self.validate(try Self.guest(shape, name: "vm").xml(virtType: .kvm).text)
  }

  @Test("no name breaks the description", arguments: names)
  func name(_ name: String) async throws {
    let shape = Shape(testDescription: "", properties: ["os_command_line": name])
    var guest = try Self.guest(shape, name: name)
    guest.flavorName = name
    guest.kernelBoot = .init(kernel: "/k", ramdisk: "/r", commandLine: name)
    try await Self.validate(guest.xml(virtType: .qemu).text)
  }

  static let refused: [([String: String], [String: String])] = [
    ([:], ["hw_disk_bus": "floppy"]), ([:], ["hw_vif_model": "<x/>"]), ([:], ["hw_video_model": "xen"]),
    ([:], ["hw_firmware_type": "coreboot"]), ([:], ["os_secure_boot": "required"]),
    (["os:secure_boot": "required"], [:]),
    (["hw:cpu_policy": "dedicated"], [:]), (["hw:mem_encryption": "true"], [:]), (["hw:tpm_version": "2.0"], [:]),
    (["pci_passthrough:alias": "gpu:1"], [:]), (["hw:numa_nodes": "2"], [:]), (["hw:cpu_cores": "many"], [:]),
    (["quota:cpu_shares": "-1"], [:]), (["quota:disk_read_bytes_sec": "1 MB"], [:]), (["hw:boot_menu": "maybe"], [:]),
    (["hw:watchdog_action": "bark"], [:]), ([:], ["hw_qemu_guest_agent": "perhaps"]),
  ]

  @Test("what a guest cannot have, or nobody understands, is refused and not left out", arguments: refused)
  func refusal(_ specs: [String: String], _ properties: [String: String]) throws {
    #expect(throws: HardwareError.self) {
      _ = try GuestXMLTests.guest(GuestXMLTests.request(extraSpecs: specs, properties: properties))
    }
  }

  @Test("a rescued guest boots from another disk, with its own behind it")
  func rescue() async throws {
    var guest = try Self.guest(Shape(testDescription: ""), name: "vm")
    guest.rescueDisk = .init(path: "/i/disk.rescue", format: .qcow2)
    #expect(
      guest.drives.map { "\($0.target) \($0.path)" } == [
        "vda /i/disk.rescue", "vdb /i/disk", "vdc /i/disk.eph0", "vdd /i/disk.swap", "hda /i/disk.config",
      ])
    try await Self.validate(guest.xml(virtType: .qemu).text)
  }

  /// A guest with every disk that there is.
  static func guest(_ shape: Shape, name: String) throws -> GuestConfiguration {
    var request = GuestXMLTests.request(name: name, extraSpecs: shape.specs, properties: shape.properties)
    request.flavor.vcpus = 8
    var files = InstanceFiles.Prepared(
      kernelBoot: nil, disk: .init(path: "/i/disk", format: .qcow2), consoleLog: "/i/console.log")
    files.additionalDisks = [.init(path: "/i/disk.eph0", format: .raw), .init(path: "/i/disk.swap", format: .raw)]
    files.firmwareVariables = "/i/uefi_vars.fd"
    let drive = GuestConfiguration.ConfigDrive(
      path: "/i/disk.config", bus: GuestConfiguration.ConfigDrive.bus(shape.properties))
    return try GuestConfiguration(
      request: request, files: files, interfaces: [try VIF(port: GuestXMLTests.port(), mtu: 1450)], configDrive: drive)
  }

  static func validate(_ text: String) async throws {
    try await Files.withFolder { folder in
      try await Files.write(Array(text.utf8), to: "\(folder)/guest.xml")
      let outcome = try await run(["virt-xml-validate", "\(folder)/guest.xml", "domain"])
      #expect(outcome.succeeded, "\(outcome.errors) \(text)")
    }
  }
}
