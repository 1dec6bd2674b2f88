import ComputeHost
import HostRPC
import Libvirt
import Model
import Netlink
import Support
import Testing

/// What only a guest that has booted can show. Its kernel takes seconds to come up, so one boot serves many looks.
@Suite("A real guest that has booted", .serialized, .timeLimit(.minutes(5)))
struct LiveGuestTests {
  let driver: LibvirtDriver
  let links: NetlinkLinks
  let socket: NetlinkSocket

  init() throws {
    (links, socket) = (try NetlinkLinks(), try NetlinkSocket())
    driver = LibvirtDriver(
      options: .init(connectionURI: nil, virtType: .qemu, statePath: Files.libvirtStatePath), links: links,
      logger: Workshop.quiet)
  }

  @Test("gets and loses interfaces, is paused, copied, saved and restored, and shuts down when it is asked to")
  func life() async throws {
    try await withGuest { guest, folder in
      let id = guest.instanceID
      try await driver.create(guest, paused: true)
      try await driver.resume(id)
      try await says("PLUGBOARD GUEST eth0 \(guest.interfaces[0].macAddress) 10.99.0.5/24", guest)
      try await interfaces(guest)
      try await look(guest)
      try await copy(guest, in: folder)
      try await memory(guest, in: folder)
      // After all this it is still the boot that it was.
      #expect(textOfFile(guest.consoleLog).components("PLUGBOARD GUEST UP") == 1)

      let changes = try await driver.changes()
      try await driver.shutDown(id)
      for await changed in changes where changed == id {
        if try await driver.powerState(of: id) == nil { break }
      }
      #expect(textOfFile(guest.consoleLog).contains("PLUGBOARD GUEST shuts down"))
      try await driver.shutDown(id)
      #expect(try socket.link(named: guest.interfaces[0].tap) == nil)
    }
  }

  @Test("is seen to have gone when its process is killed from outside")
  func killed() async throws {
    try await withGuest { guest, _ in
      let changes = try await driver.changes()
      try await driver.create(guest, paused: true)
      let name = GuestConfiguration.guestName(of: guest.instanceID)
      let pid = textOfFile("\(Files.libvirtStatePath)/libvirt/run/qemu/\(name).pid").filter(\.isNumber)
      try await runChecked(["kill", "-9", pid])
      for await id in changes where id == guest.instanceID {
        if try await driver.powerState(of: id) == nil { break }
      }
      #expect(try await driver.interfaces(of: guest.instanceID).isEmpty)
      // What libvirt may have left of it is no obstacle.
      try await driver.create(guest, paused: true)
      #expect(try await driver.powerState(of: guest.instanceID) == .paused)
    }
  }

  @Test("with UEFI has its firmware's variables in its own folder")
  func firmware() async throws {
    try await withGuest(properties: ["hw_firmware_type": "uefi", "hw_machine_type": "q35"]) { guest, folder in
      try await driver.create(guest, paused: true)
      #expect(Files.exists("\(folder)/uefi_vars.fd"))
      var second = try Self.vif(2)
      second.bridge = guest.interfaces[0].bridge
      try await driver.attach(second, bandwidth: nil, to: guest.instanceID)
      #expect(try await driver.interfaces(of: guest.instanceID).count == 2)
    }
  }

  // MARK: Looks

  private func interfaces(_ guest: GuestConfiguration) async throws {
    let id = guest.instanceID
    var second = try Self.vif(2)
    second.bridge = guest.interfaces[0].bridge
    try await driver.attach(second, bandwidth: nil, to: id)
    try await driver.attach(second, bandwidth: nil, to: id)
    try await says("PLUGBOARD GUEST interface eth1 added \(second.macAddress)", guest)
    #expect(try await driver.interfaces(of: id).map(\.tap) == [guest.interfaces[0].tap, second.tap])
    #expect(try socket.link(named: second.tap)?.master == socket.link(named: second.bridge)?.index)
    try await driver.detach(second.macAddress, from: id)
    try await driver.detach(second.macAddress, from: id)
    try await says("PLUGBOARD GUEST interface eth1 removed \(second.macAddress)", guest)
    #expect(try await driver.interfaces(of: id).map(\.macAddress) == [guest.interfaces[0].macAddress])
    #expect(try socket.link(named: second.tap) == nil)
  }

  private func look(_ guest: GuestConfiguration) async throws {
    let id = guest.instanceID
    try await driver.pause(id)
    try await driver.pause(id)
    #expect(try await driver.powerState(of: id) == .paused)
    try await driver.resume(id)
    let diagnostics = try await driver.diagnostics(of: id)
    #expect(diagnostics.powerState == .running)
    #expect(diagnostics.memoryMaximum == guest.memoryMB)
    #expect(diagnostics.processors.first?.time ?? 0 > 0)
    #expect(diagnostics.interfaces.map(\.macAddress) == ["\(guest.interfaces[0].macAddress)"])
    #expect(diagnostics.disks.first?.writeRequests ?? 0 > 0)
    #expect(!diagnostics.hasConfigDrive)
    #expect(try await driver.consoleAddress(of: id)?.host == "127.0.0.1")
  }

  private func copy(_ guest: GuestConfiguration, in folder: String) async throws {
    let disk = try #require(guest.disk)
    try await driver.copyDisk(of: guest.instanceID, from: disk.path, to: "\(folder)/copy")
    #expect(try await driver.powerState(of: guest.instanceID) == .running)
    let header = try #require(QCOW2Header(Files.bytes(of: "\(folder)/copy") ?? []))
    #expect(!header.namesOtherFiles)
    // The guest counts its boots in its ninth sector.
    try await runChecked(["qemu-img", "convert", "-O", "raw", "\(folder)/copy", "\(folder)/raw"])
    let sector = (Files.bytes(of: "\(folder)/raw") ?? []).dropFirst(8 * 512).prefix(7)
    #expect(Array(sector) == Array("boots 1".utf8))
    #expect(!Files.exists("\(folder)/copy.part"))
  }

  private func memory(_ guest: GuestConfiguration, in folder: String) async throws {
    let (id, memory) = (guest.instanceID, "\(folder)/memory.save")
    try await driver.save(id, to: memory)
    try await driver.save(id, to: memory)
    #expect(try await driver.powerState(of: id) == nil)
    #expect(try socket.link(named: guest.interfaces[0].tap) == nil)
    try await driver.restore(guest, from: memory, paused: true)
    #expect(try await driver.powerState(of: id) == .paused)
    #expect(try socket.link(named: guest.interfaces[0].tap) != nil)
    try await driver.resume(id)
    // It runs, for its kernel answers.
    var second = try Self.vif(3)
    second.bridge = guest.interfaces[0].bridge
    try await driver.attach(second, bandwidth: nil, to: id)
    try await says("added \(second.macAddress)", guest)
  }

  // MARK: The guest

  static func vif(_ number: UInt64) throws -> VIF {
    let port = InstancePort(
      id: UUID(), networkID: UUID(), macAddress: MACAddress(bits: 0xFA16_3E99_0000 + number), status: "DOWN",
      deviceID: "x", hostID: "host1", vifType: "bridge")
    return try VIF(port: port, mtu: 1450)
  }

  private func says(_ words: String, _ guest: GuestConfiguration) async throws {
    do {
      try await waitUntil("the guest says \(words)", within: .seconds(120)) {
        textOfFile(guest.consoleLog).contains(words)
      }
    } catch {
      Issue.record("it said: \(textOfFile(guest.consoleLog).suffix(2000))")
      throw error
    }
  }

  /// Runs `body` with the description of a guest that boots from the kernel of `tools/make-guest-image`; whatever it
  /// has made of it is taken down.
  private func withGuest(
    properties: [String: String] = [:], _ body: (GuestConfiguration, String) async throws -> Void
  ) async throws {
    try await driver.start()
    let image = Files.guestImage
    try #require(Files.exists("\(image)/vmlinuz"), "run tools/make-guest-image \(image)")
    try await Files.withFolder { folder in
      let overlay = QCOW2Overlay(backingFile: "\(image)/disk.img", backingFormat: .raw, virtualSize: 64 << 20)
      try await Files.write(overlay.bytes, to: "\(folder)/disk")
      let kernel = GuestConfiguration.KernelBoot(
        kernel: "\(image)/vmlinuz", ramdisk: "\(image)/initrd.img",
        commandLine: "console=ttyS0 no_timer_check plugboard.address=10.99.0.5/24")
      var files = InstanceFiles.Prepared(
        kernelBoot: kernel, disk: .init(path: "\(folder)/disk", format: .qcow2), consoleLog: "\(folder)/console.log")
      files.firmwareVariables = "\(folder)/uefi_vars.fd"
      var request = JobTableTests.request()
      request.flavor.memoryMB = 160
      request.image.properties = properties
      let vif = try Self.vif(1)
      try await links.ensureBridge(vif.bridge, mtu: 1450)
      let guest = try GuestConfiguration(request: request, files: files, interfaces: [vif])
      do {
        try await body(guest, folder)
      } catch {
        await takeDown(guest)
        throw error
      }
      await takeDown(guest)
    }
  }

  private func takeDown(_ guest: GuestConfiguration) async {
    try? await driver.destroy(guest.instanceID)
    try? await links.removeLink(guest.interfaces[0].bridge)
  }
}

extension String {
  /// How often it contains something.
  fileprivate func components(_ text: String) -> Int { ranges(of: text).count }
}
