import ComputeHost
import HostRPC
import JSON
import Model
import Testing

@Suite("How a guest is described to libvirt")
struct GuestXMLTests {
  static let instanceID = UUID("0a1b2c3d-0000-4000-8000-000000000001")!
  static let portID = UUID("11111111-2222-4333-8444-555555555555")!
  static let networkID = UUID("66666666-7777-4888-9999-aaaaaaaaaaaa")!

  static func port(type: String? = "bridge", details: JSONValue = [:]) -> InstancePort {
    InstancePort(
      id: portID, networkID: networkID, macAddress: MACAddress("fa:16:3e:00:00:01")!, status: "DOWN",
      deviceID: "\(instanceID)", hostID: "host1", vifType: type, vifDetails: details)
  }

  static func request(
    name: String = "vm", extraSpecs: [String: String] = [:], properties: [String: String] = [:]
  ) -> BuildRequest {
    BuildRequest(
      instanceID: instanceID, name: name, projectID: "", userID: "",
      flavor: .init(id: "1", name: "m1.tiny", vcpus: 2, memoryMB: 512, rootGB: 1, extraSpecs: extraSpecs),
      image: .init(id: UUID(), diskFormat: "raw", properties: properties), networks: [],
      createdAt: Timestamp(microseconds: 0))
  }

  static func guest(
    _ request: BuildRequest, kernel: GuestConfiguration.KernelBoot? = nil,
    disk: GuestConfiguration.Disk? = nil
  ) throws -> GuestConfiguration {
    let files = InstanceFiles.Prepared(kernelBoot: kernel, disk: disk, consoleLog: "/var/lib/x/console.log")
    return try GuestConfiguration(
      request: request, files: files, interfaces: [try VIF(port: port(), mtu: 1450)])
  }

  @Test("a port of type bridge is a tap in the network's bridge")
  func interface() throws {
    let vif = try VIF(port: Self.port(), mtu: 1450)
    #expect(
      vif.xml(bandwidth: nil).text == """
        <interface type='bridge'>
          <mac address='fa:16:3e:00:00:01'/>
          <source bridge='brq66666666-77'/>
          <target dev='tap11111111-22'/>
          <model type='virtio'/>
          <driver name='qemu'/>
          <mtu size='1450'/>
        </interface>

        """)
  }

  @Test("the binding may name the bridge")
  func namedBridge() throws {
    let vif = try VIF(port: Self.port(details: ["bridge_name": "br-own"]), mtu: nil)
    #expect(vif.bridge == "br-own")
    #expect(!vif.xml(bandwidth: nil).text.contains("mtu"))
  }

  @Test(
    "a type that cannot be plugged is an error with Nova's text",
    arguments: [
      (nil, "vif_type parameter must be present for this vif_driver implementation"),
      ("ovs", "Unexpected vif_type=ovs"), ("unbound", "Unexpected vif_type=unbound"), ("", "Unexpected vif_type="),
      ("binding_failed", "Binding failed for port \(portID), please check neutron logs for more information."),
    ] as [(String?, String)])
  func unpluggable(_ type: String?, _ text: String) {
    let error = #expect(throws: VIFError.self) { _ = try VIF(port: Self.port(type: type), mtu: nil) }
    #expect(error?.description == text)
  }

  @Test("the flavor's limits are the interface's")
  func bandwidth() throws {
    let bandwidth = VIFBandwidth(extraSpecs: [
      "quota:vif_inbound_average": "1024", "quota:vif_inbound_peak": "2048", "quota:vif_inbound_burst": "4096",
      "quota:vif_outbound_average": "512", "quota:cpu_shares": "1",
    ])
    #expect(
      try #require(bandwidth).xml.text == """
        <bandwidth>
          <inbound average='1024' peak='2048' burst='4096'/>
          <outbound average='512'/>
        </bandwidth>

        """)
    #expect(VIFBandwidth(extraSpecs: ["quota:vif_inbound_average": "fast", "quota:vif_outbound_peak": "1"]) == nil)
  }

  @Test("a guest with a kernel of its own boots it and logs its console")
  func kernelBoot() throws {
    let kernel = GuestConfiguration.KernelBoot(kernel: "/i/kernel", ramdisk: "/i/ramdisk", commandLine: nil)
    let text = try Self.guest(Self.request(), kernel: kernel).xml(virtType: .qemu).text
    #expect(
      text == """
        <domain type='qemu'>
          <name>instance-0a1b2c3d-0000-4000-8000-000000000001</name>
          <uuid>0a1b2c3d-0000-4000-8000-000000000001</uuid>
          <metadata>
            <nova:instance xmlns:nova='http://openstack.org/xmlns/libvirt/nova/1.1'>
              <nova:name>vm</nova:name>
              <nova:flavor name='m1.tiny'/>
              <nova:ports>
                <nova:port uuid='11111111-2222-4333-8444-555555555555'/>
              </nova:ports>
            </nova:instance>
          </metadata>
          <memory unit='MiB'>512</memory>
          <vcpu>2</vcpu>
          <sysinfo type='smbios'>
            <system>
              <entry name='manufacturer'>OpenStack Foundation</entry>
              <entry name='product'>OpenStack Nova</entry>
              <entry name='serial'>0a1b2c3d-0000-4000-8000-000000000001</entry>
              <entry name='uuid'>0a1b2c3d-0000-4000-8000-000000000001</entry>
              <entry name='family'>Virtual Machine</entry>
            </system>
          </sysinfo>
          <os>
            <type arch='x86_64' machine='pc'>hvm</type>
            <kernel>/i/kernel</kernel>
            <initrd>/i/ramdisk</initrd>
            <cmdline>console=tty0 console=ttyS0 no_timer_check</cmdline>
            <smbios mode='sysinfo'/>
          </os>
          <features>
            <acpi/>
            <apic/>
          </features>
          <clock offset='utc'/>
          <on_poweroff>destroy</on_poweroff>
          <on_reboot>restart</on_reboot>
          <on_crash>destroy</on_crash>
          <devices>
            <interface type='bridge'>
              <mac address='fa:16:3e:00:00:01'/>
              <source bridge='brq66666666-77'/>
              <target dev='tap11111111-22'/>
              <model type='virtio'/>
              <driver name='qemu'/>
              <mtu size='1450'/>
            </interface>
            <serial type='file'>
              <source path='/var/lib/x/console.log' append='on'/>
            </serial>
            <graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'>
              <listen type='address' address='127.0.0.1'/>
            </graphics>
            <video>
              <model type='virtio'/>
            </video>
            <rng model='virtio'>
              <backend model='random'>/dev/urandom</backend>
            </rng>
            <memballoon model='virtio'>
              <stats period='10'/>
            </memballoon>
          </devices>
        </domain>

        """)
  }

  @Test("a guest with a disk boots from it, or gives it to its kernel as root")
  func disk() throws {
    let disk = GuestConfiguration.Disk(path: "/i/disk", format: .qcow2)
    let text = try Self.guest(Self.request(properties: ["hw_machine_type": "q35"]), disk: disk).xml(virtType: .kvm).text
    #expect(text.contains("<boot dev='hd'/>"))
    #expect(text.contains("machine='q35'"))
    #expect(text.contains("<cpu mode='host-model'/>"))
    #expect(text.contains("<driver name='qemu' type='qcow2'/>"))
    let kernel = GuestConfiguration.KernelBoot(kernel: "/k", ramdisk: nil, commandLine: nil)
    let both = try Self.guest(Self.request(), kernel: kernel, disk: disk).xml(virtType: .kvm).text
    #expect(both.contains("<cmdline>root=/dev/vda console=tty0 console=ttyS0</cmdline>"))
  }

  @Test("the image's command line is taken as it is, and nothing a user names becomes markup")
  func escaping() throws {
    let kernel = GuestConfiguration.KernelBoot(
      kernel: "/k", ramdisk: nil, commandLine: "a=\"<b>\" & 'c'\u{1}")
    let text = try Self.guest(Self.request(name: "</nova:name><x/>"), kernel: kernel).xml(virtType: .qemu).text
    #expect(text.contains("<cmdline>a=&quot;&lt;b&gt;&quot; &amp; &apos;c&apos;\u{FFFD}</cmdline>"))
    #expect(text.contains("<nova:name>&lt;/nova:name&gt;&lt;x/&gt;</nova:name>"))
  }
}
