import ComputeHost
import Libvirt
import Model
import Netlink
import Testing

/// Real guests through the driver. QEMU makes its taps in the network namespace of this process, so they and the bridge
/// have names of their own.
@Suite("The libvirt driver", .serialized)
struct LibvirtDriverTests {
  @Test("starts a guest paused, with its tap in the bridge, resumes it, and ends it")
  func life() async throws {
    let driver = LibvirtDriver(
      options: .init(connectionURI: nil, virtType: .qemu, statePath: Files.libvirtStatePath), links: try NetlinkLinks(),
      logger: Workshop.quiet)
    try await driver.start()
    let socket = try NetlinkSocket()
    let port = InstancePort(
      id: UUID(), networkID: UUID(), macAddress: MACAddress(bits: 0xFA16_3E12_3456), status: "DOWN",
      deviceID: "x", hostID: "host1", vifType: "bridge")
    let vif = try VIF(port: port, mtu: 1450)
    let links = try NetlinkLinks()
    try await links.ensureBridge(vif.bridge, mtu: 1450)
    try await Files.withFolder { folder in
      let request = JobTableTests.request()
      let guest = try GuestConfiguration(
        request: request, files: .init(kernelBoot: nil, disk: nil, consoleLog: "\(folder)/console.log"),
        interfaces: [vif])
      do {
        try await lead(guest, on: driver, socket)
      } catch {
        try? await driver.destroy(guest.instanceID)
        try await links.removeLink(vif.bridge)
        throw error
      }
      try await driver.destroy(guest.instanceID)
      try await links.removeLink(vif.bridge)
    }
  }

  private func lead(_ guest: GuestConfiguration, on driver: LibvirtDriver, _ socket: NetlinkSocket) async throws {
    let vif = guest.interfaces[0]
    #expect(try await driver.powerState(of: guest.instanceID) == nil)
    try await driver.create(guest, paused: true)
    #expect(try await driver.powerState(of: guest.instanceID) == .paused)
    #expect(try await driver.powerStates()[guest.instanceID] == .paused)
    let tap = try #require(try socket.link(named: vif.tap))
    #expect(try socket.link(named: vif.bridge)?.index == tap.master)
    #expect(tap.mtu == 1450)

    let changes = try await driver.changes()
    try await driver.resume(guest.instanceID)
    try await driver.resume(guest.instanceID)
    #expect(try await driver.powerState(of: guest.instanceID) == .running)
    try await driver.destroy(guest.instanceID)
    try await driver.destroy(guest.instanceID)
    for await id in changes where id == guest.instanceID {
      if try await driver.powerState(of: id) == nil { break }
    }
    #expect(try socket.link(named: vif.tap) == nil)
  }

  @Test("describes the host to the scheduler")
  func inventory() async throws {
    let driver = LibvirtDriver(
      options: .init(connectionURI: nil, virtType: .qemu, statePath: Files.libvirtStatePath), links: try NetlinkLinks(),
      logger: Workshop.quiet)
    try await driver.start()
    let inventory = try await driver.inventory()
    #expect(inventory.vcpus > 0)
    #expect(inventory.memoryMB > 256)
    #expect(inventory.diskGB > 0)
    #expect(inventory.hypervisorType == "QEMU")
    #expect(inventory.virtType == "qemu")
  }

  @Test("the probe's guest says its word, so that its silence under KVM means something")
  func probe() async throws {
    let connection = try await EmbeddedDriver.open(root: "\(Files.libvirtStatePath)/libvirt")
    try await Files.withFolder { folder in
      let probe = KVMProbe(connection: connection, folder: folder, patience: .seconds(60))
      #expect(try await probe.runs(.qemu))
      #expect(Files.names(in: folder) == [])
      let isUsable = try await probe.isUsable()
      // Asked again, it knows the answer.
      #expect(try await probe.isUsable() == isUsable)
    }
  }

  @Test("what it makes of a guest is valid by libvirt's schema")
  func schema() async throws {
    let connection = try await EmbeddedDriver.open(root: "\(Files.libvirtStatePath)/libvirt")
    let specs = ["quota:vif_inbound_average": "1000", "quota:vif_outbound_average": "1000"]
    let guest = try GuestXMLTests.guest(
      GuestXMLTests.request(extraSpecs: specs), kernel: .init(kernel: "/k", ramdisk: "/r", commandLine: nil),
      disk: .init(path: "/d", format: .qcow2))
    for type in VirtType.allCases { try await connection.validate(guestXML: guest.xml(virtType: type).text) }
    await #expect(throws: LibvirtError.self) { try await connection.validate(guestXML: "<domain><nonsense/></domain>") }
  }
}
