import ComputeHost
import HostRPC
import JSON
import Model
import Support
import Synchronization
import Testing

@Suite("Config drives", .timeLimit(.minutes(2)))
struct ConfigDriveTests {
  static let files: [ISO9660.File] =
    ["2012-08-10", "2018-08-27", "latest"].flatMap { version in
      [
        ISO9660.File(path: "openstack/\(version)/meta_data.json", contents: Array(#"{"name": "vm"}"#.utf8)),
        ISO9660.File(path: "openstack/\(version)/vendor_data.json", contents: Array("{}".utf8)),
        ISO9660.File(path: "openstack/\(version)/vendor_data2.json", contents: Array(#"{"static": {}}"#.utf8)),
        ISO9660.File(
          path: "openstack/\(version)/user_data", contents: (0..<70_000).map { UInt8(truncatingIfNeeded: $0) }),
      ]
    } + [
      ISO9660.File(path: "ec2/latest/meta-data.json", contents: Array(repeating: 0x20, count: 2048)),
      ISO9660.File(path: "ec2/latest/user-data", contents: []),
    ]

  static let time = Timestamp(microseconds: 1_780_000_000_000_000)

  @Test("another program reads every file back, by either of the two trees", arguments: ["norock", "nojoliet"])
  func readBack(_ tree: String) async throws {
    try await Files.withFolder { folder in
      let disc = "\(folder)/disk.config"
      try await Files.write(ISO9660(label: "config-2", files: Self.files, time: Self.time).bytes, to: disc)
      let output = try await runChecked(
        [
          "xorriso", "-abort_on", "WARNING", "-read_fs", tree, "-indev", disc, "-osirrox", "on", "-extract", "/",
          "\(folder)/out",
        ])
      #expect(!output.contains("FAILURE"), "\(output)")
      for file in Self.files {
        #expect(Files.bytes(of: "\(folder)/out/\(file.path)") == file.contents, "\(file.path)")
      }
      #expect(try await runChecked(["xorriso", "-indev", disc, "-pvd_info"]).contains("Volume Id    : config-2"))
    }
  }

  @Test("a folder with more records than a sector holds is read back")
  func largeFolder() async throws {
    try await Files.withFolder { folder in
      let files = (100..<220).map { ISO9660.File(path: "content/\($0).json", contents: Array("\($0)".utf8)) }
      let disc = "\(folder)/disc"
      try await Files.write(ISO9660(label: "x", files: files, time: Self.time).bytes, to: disc)
      try await runChecked(["xorriso", "-indev", disc, "-osirrox", "on", "-extract", "/", "\(folder)/out"])
      for file in files { #expect(Files.bytes(of: "\(folder)/out/\(file.path)") == file.contents, "\(file.path)") }
    }
  }

  @Test("the same files give the same bytes, in whole sectors")
  func isReproducible() {
    let disc = ISO9660(label: "config-2", files: Self.files, time: Self.time).bytes
    #expect(disc == ISO9660(label: "config-2", files: Self.files, time: Self.time).bytes)
    #expect(disc.count % 2048 == 0)
  }

  struct Need: Sendable {
    var asked = false
    var forced = false
    var properties: [String: String] = [:]
    var hasDHCP = true
    var drive: Bool
  }

  static let needs = [
    Need(drive: false), Need(asked: true, drive: true), Need(forced: true, drive: true),
    Need(properties: ["img_config_drive": "mandatory"], drive: true),
    Need(properties: ["img_config_drive": "optional"], drive: false), Need(hasDHCP: false, drive: true),
  ]

  @Test("an instance gets one that asks for it, must have it, or has no DHCP", arguments: needs)
  func need(_ need: Need) async throws {
    try await Workshop.with(timeout: .zero) { workshop in
      workshop.networking.dhcp.withLock { $0 = need.hasDHCP }
      var request = workshop.request()
      request.configDrive = need.asked
      request.image.properties = need.properties
      var builder = workshop.builder()
      builder.forceConfigDrive = need.forced
      try await builder.build(request)
      await workshop.server.untilVMState("active")
      let guest = try #require(workshop.guests.configurations.withLock { $0[request.instanceID] })
      let path = "\(workshop.folder)/instances/\(request.instanceID)/disk.config"
      #expect(guest.configDrive == (need.drive ? .init(path: path, bus: .ide) : nil))
      #expect(Files.exists(path) == need.drive)
    }
  }

  @Test(
    "the drive is a CD-ROM on the machine's own bus, or on the image's",
    arguments: [
      ([:], "<target dev='hda' bus='ide'/>", false),
      (["hw_machine_type": "q35"], "<target dev='sda' bus='sata'/>", false),
      (["hw_cdrom_bus": "scsi"], "<target dev='sda' bus='scsi'/>", true),
    ] as [([String: String], String, Bool)])
  func device(_ properties: [String: String], _ target: String, _ hasController: Bool) throws {
    var guest = try GuestXMLTests.guest(GuestXMLTests.request(properties: properties))
    guest.configDrive = .init(path: "/i/disk.config", bus: GuestConfiguration.ConfigDrive.bus(properties))
    let text = guest.xml(virtType: .qemu).text
    #expect(text.contains("<disk type='file' device='cdrom'>"))
    #expect(text.contains("<readonly/>"))
    #expect(text.contains(target))
    #expect(text.contains("virtio-scsi") == hasController)
  }

  @Test("the files travel once each and come out as they were")
  func travel() throws {
    let files = [
      GetConfigDrive.Result.File(path: "a/b", contents: [0, 255, 1]), .init(path: "a/c", contents: [0, 255, 1]),
      .init(path: "d", contents: []),
    ]
    let json = GetConfigDrive.Result(files: files).json
    #expect(json["contents"]?.array?.count == 2)
    #expect(try GetConfigDrive.Result(json: json).files == files)
  }

  @Test("an instance's groups go to the ports that are made for it")
  func securityGroups() async throws {
    try await Workshop.with(timeout: .zero) { workshop in
      var request = workshop.request()
      request.securityGroupIDs = [UUID(), UUID()]
      try await workshop.builder().build(request)
      #expect(workshop.networking.groups.withLock { $0 } == request.securityGroupIDs)
    }
  }
}
