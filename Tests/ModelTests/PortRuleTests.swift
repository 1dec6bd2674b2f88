import Model
import Testing

@Suite("What a port may be")
struct PortRuleTests {
  @Test(
    "a new port has port security as its network says, unless it is asked otherwise or is the network's own",
    arguments: [
      ("", nil, true, true), ("", nil, false, false), ("", true, false, true), ("compute:nova", false, true, false),
      ("network:dhcp", nil, true, false), ("network:dhcp", true, true, false),
    ] as [(String, Bool?, Bool, Bool)])
  func portSecurity(deviceOwner: String, wanted: Bool?, network: Bool, expected: Bool) {
    #expect(Port.startsWithPortSecurity(deviceOwner: deviceOwner, wanted: wanted, network: network) == expected)
  }

  @Test(
    "without port security a port has neither address pairs nor groups",
    arguments: [
      (true, true, true, true, nil), (false, false, nil, false, nil), (false, true, nil, false, .addressPairs),
      (false, true, true, true, .addressPairs), (false, false, true, false, .wantedGroups),
      (false, false, nil, true, .presentGroups), (false, false, false, true, nil),
    ] as [(Bool, Bool, Bool?, Bool, PortSecurityConflict?)])
  func conflicts(
    isEnabled: Bool, hasPairs: Bool, wantsGroups: Bool?, hasGroups: Bool, expected: PortSecurityConflict?
  ) {
    #expect(
      PortSecurityConflict.found(
        isPortSecurityEnabled: isEnabled, hasAddressPairs: hasPairs, wantsGroups: wantsGroups, hasGroups: hasGroups)
        == expected)
  }

  @Test("a request adds, changes and takes away the DHCP options that it names, by name and version")
  func dhcpOptions() {
    let old = [
      ExtraDHCPOption(name: "bootfile-name", value: "a"),
      ExtraDHCPOption(name: "bootfile-name", value: "b", ipVersion: 6),
      ExtraDHCPOption(name: "mtu", value: "1400"),
    ]
    let merged = old.merged(with: [
      ExtraDHCPOption(name: "bootfile-name", value: "c"), ExtraDHCPOption(name: "mtu", value: nil),
      ExtraDHCPOption(name: "router", value: ""), ExtraDHCPOption(name: "tftp-server", value: ""),
      ExtraDHCPOption(name: "server-ip-address", value: nil),
    ])
    #expect(
      merged == [
        ExtraDHCPOption(name: "bootfile-name", value: "c"),
        ExtraDHCPOption(name: "bootfile-name", value: "b", ipVersion: 6), ExtraDHCPOption(name: "router", value: ""),
      ])
    // An empty value that means nothing leaves the option as it was.
    #expect(old.merged(with: [ExtraDHCPOption(name: "mtu", value: "")]) == old)
    #expect(old.duplicate == nil)
    #expect((old + [old[1]]).duplicate == old[1])
  }

  @Test("a pair without a MAC address is one with the port's, which may make two the same")
  func addressPairs() {
    let address = MACAddress(bits: 0xFA16_3E00_0001)
    let pairs = [
      AllowedAddressPair(ipAddress: "10.0.0.1"),
      AllowedAddressPair(macAddress: "fa:16:3e:00:00:01", ipAddress: "10.0.0.1"),
    ]
    #expect(pairs.duplicate == nil)
    #expect(pairs.map { $0.completed(with: address) }.duplicate == pairs[1])
  }

  @Test(
    "a MAC address that is made up begins as base_mac does",
    arguments: [
      (0xFA16_3E00_0000, "fa:16:3e:"), (0xFA16_3EAB_0000, "fa:16:3e:ab:"), (0x0200_0000_1234, "02:00:00:"),
    ] as [(UInt64, String)])
  func baseMAC(base: UInt64, prefix: String) {
    var generator = SystemRandomNumberGenerator()
    let addresses = (0..<50).map { _ in MACAddress.random(base: MACAddress(bits: base), using: &generator) }
    #expect(addresses.allSatisfy { $0.description.hasPrefix(prefix) })
    #expect(Set(addresses).count > 1)
  }

  @Test("nobody has the MAC address of all zeros or all ones")
  func unusableMAC() {
    #expect(!MACAddress(bits: 0).isUsable)
    #expect(!MACAddress(bits: 0xFFFF_FFFF_FFFF).isUsable)
    #expect(MACAddress(bits: 0x0100_5E00_0001).isUsable && !MACAddress(bits: 0x0100_5E00_0001).isUnicast)
    #expect(MACAddress.defaultBase.isUnicast)
  }

  @Test("the ids of a port's groups are read as they were written")
  func securityGroups() {
    let ids = [UUID(), UUID()]
    let time = Timestamp(microseconds: 0)
    var port = Port(
      id: UUID(), networkID: UUID(), projectID: "", macAddress: MACAddress(bits: 1), createdAt: time, updatedAt: time)
    #expect(port.securityGroupIDs.isEmpty)
    port.securityGroups = Port.securityGroups(ids)
    #expect(port.securityGroups == #"["\#(ids[0])","\#(ids[1])"]"#)
    #expect(port.securityGroupIDs == ids)
  }

  @Test("only what a guest or a share is plugged into has several bindings")
  func severalBindings() {
    let time = Timestamp(microseconds: 0)
    for (owner, expected) in [("compute:nova", true), ("manila:share", true), ("", false), ("network:dhcp", false)] {
      let port = Port(
        id: UUID(), networkID: UUID(), projectID: "", macAddress: MACAddress(bits: 1), deviceOwner: owner,
        createdAt: time, updatedAt: time)
      #expect(port.supportsSeveralBindings == expected, "\(owner)")
    }
  }

  @Test("a binding that is left keeps the host and what was asked for, and forgets how far it was wired")
  func activation() {
    let bound = PortBinding(
      host: "a", vifType: .bridge, vifDetails: #"{"x":1}"#, profile: #"{"y":2}"#, portStatus: .active)
    let left = bound.deactivated()
    #expect(left == PortBinding(host: "a", profile: #"{"y":2}"#, status: .inactive))
    let inactive = PortBinding(host: "b", vifType: .bridge, status: .inactive, portStatus: .active)
    #expect(inactive.activated() == PortBinding(host: "b", vifType: .bridge))
  }
}
