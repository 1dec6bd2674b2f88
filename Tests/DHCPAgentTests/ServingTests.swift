import Glibc
import HostRPC
import Model
import Netlink
import Support
import Testing

@testable import DHCPAgent

/// The real dnsmasq, in namespaces of the real kernel.
@Suite("A network is served", .serialized)
struct ServingTests {
  static let network = Model.UUID.of("1")

  static func network(_ subnets: [DHCPSubnet], _ ports: [DHCPPort]) -> DHCPNetwork {
    DHCPNetwork(id: network, mtu: 1450, subnets: subnets, ports: ports)
  }

  static let guest = DHCPPort.port("a", [("4", "10.20.30.5")])
  static let usual = network([.v4()], [guest])

  @Test("a guest gets its address, and all that its subnet and its port say")
  func address() async throws {
    let subnet = DHCPSubnet.v4(dns: ["192.0.2.53"], routes: [("192.0.2.0/24", "10.20.30.7")])
    let port = DHCPPort.port(
      "a", [("4", "10.20.30.5")],
      options: [
        ExtraDHCPOption(name: "bootfile-name", value: "pxe.0"), ExtraDHCPOption(name: "no-such-option", value: "x"),
        ExtraDHCPOption(name: "tftp-server", value: "192.0.2.9"),
      ])
    try await DHCPBench.with(metadata: true) { bench in
      let server = FakeDHCPServer([Self.network([subnet], [port])])
      try await bench.withAgent(server) { calls in
        #expect(await calls.next() == .ready([port.id]))
        try bench.connect("fa:16:3e:00:00:0a")
        let lease = try #require(
          await bench.lease("mtu", "staticroutes", "bootfile", "tftp", "hostname", "domain", "dns", "router"))
        #expect(lease["ip"] == "10.20.30.5")
        #expect(lease["mask"] == "24")
        #expect(lease["router"] == "10.20.30.1")
        #expect(lease["dns"] == "192.0.2.53")
        #expect(lease["mtu"] == "1450")
        #expect(lease["hostname"] == "host-10-20-30-5")
        #expect(lease["domain"] == "openstacklocal")
        #expect(
          lease["staticroutes"] == "192.0.2.0/24 10.20.30.7 169.254.169.254/32 10.20.30.2 0.0.0.0/0 10.20.30.1")
        #expect(lease["bootfile"] == "pxe.0" || lease["boot_file"] == "pxe.0")
        #expect(lease["tftp"] == "192.0.2.9")
        #expect(lease["lease"] == "86400")
        let ping = try await bench.asGuest("ping", "-c", "1", "-W", "5", "10.20.30.2")
        #expect(ping.succeeded, "\(ping.output)")
        // The metadata service's address is the interface's; the way there is a route.
        try await runChecked(
          ["nsenter", "--net=\(bench.guest.path)", "ip", "route", "add", "169.254.169.254", "via", "10.20.30.2"])
        let metadata = try await bench.asGuest("ping", "-c", "1", "-W", "5", "169.254.169.254")
        #expect(metadata.succeeded, "\(metadata.output)")
      }
    }
  }

  @Test("who is not on the network gets no answer")
  func stranger() async throws {
    try await DHCPBench.with { bench in
      try await bench.withAgent(FakeDHCPServer([Self.usual])) { calls in
        #expect(await calls.next() == .ready([Self.guest.id]))
        try bench.connect("fa:16:3e:00:00:0f")
        #expect(try await bench.lease() == nil)
      }
    }
  }

  @Test("a port that is made, changed and deleted is followed without a restart, and its lease is released")
  func changes() async throws {
    try await DHCPBench.with { bench in
      let server = FakeDHCPServer([Self.network([.v4()], [])])
      try await bench.withAgent(server) { calls in
        try await waitUntil("dnsmasq runs") { bench.processID != nil }
        let process = try #require(bench.processID)
        server.set(Self.usual)
        server.send(PortCreateEnd.self, about: Self.network, port: Self.guest.id)
        #expect(await calls.next() == .ready([Self.guest.id]))
        // Bound to another host, it waits anew, and nothing of it has changed here.
        server.send(PortUpdateEnd.self, about: Self.network, port: Self.guest.id)
        #expect(await calls.next() == .ready([Self.guest.id]))
        try bench.connect("fa:16:3e:00:00:0a")
        #expect(try await bench.lease()?["ip"] == "10.20.30.5")
        #expect(bench.text("leases").contains(" 10.20.30.5 "))
        // Its address goes to another port at once, although the lease would last a day.
        let other = DHCPPort.port("b", [("4", "10.20.30.5")])
        let moved = DHCPPort.port("a", [("4", "10.20.30.6")])
        server.set(Self.network([.v4()], [moved, other]))
        server.send(PortUpdateEnd.self, about: Self.network, port: other.id)
        #expect(await calls.next() == .ready([moved.id, other.id]))
        try await waitUntil("the lease is released") { !bench.text("leases").contains(" 10.20.30.5 ") }
        try bench.connect("fa:16:3e:00:00:0b")
        #expect(try await bench.lease()?["ip"] == "10.20.30.5")
        try bench.connect("fa:16:3e:00:00:0a")
        #expect(try await bench.lease()?["ip"] == "10.20.30.6")
        #expect(bench.processID == process)
      }
    }
  }

  @Test("a subnet more is another command line, and dnsmasq is started again with all leases")
  func subnets() async throws {
    try await DHCPBench.with { bench in
      let server = FakeDHCPServer([Self.usual])
      try await bench.withAgent(server) { calls in
        #expect(await calls.next() == .ready([Self.guest.id]))
        let process = try #require(bench.processID)
        let more = DHCPPort.port("b", [("5", "10.20.31.5")])
        server.set(Self.network([.v4(), .v4("5", "10.20.31.0/24")], [Self.guest, more]))
        server.send(SubnetCreateEnd.self, about: Self.network)
        #expect(await calls.next() == .ready([Self.guest.id, more.id]))
        #expect(bench.processID != process)
        #expect(!DHCPBench.isRunning(process))
        try bench.connect("fa:16:3e:00:00:0b")
        #expect(try await bench.lease()?["ip"] == "10.20.31.5")
        #expect(bench.text("leases").contains("10.20.30.5"))
      }
    }
  }

  @Test("dnsmasq serves on while the agent is away, and is found again as it is")
  func restart() async throws {
    try await DHCPBench.with { bench in
      let server = FakeDHCPServer([Self.usual])
      try await bench.withAgent(server) { calls in #expect(await calls.next() == .ready([Self.guest.id])) }
      let process = try #require(bench.processID)
      let tap = try #require(try bench.link("tapdddddddd-dd"))
      try bench.connect("fa:16:3e:00:00:0a")
      #expect(try await bench.lease()?["ip"] == "10.20.30.5")
      let again = FakeDHCPServer([Self.usual])
      try await bench.withAgent(again) { calls in
        #expect(await calls.next() == .ready([Self.guest.id]))
        #expect(bench.processID == process)
        let found = try bench.link("tapdddddddd-dd")
        #expect(found?.index == tap.index)
        #expect(try await bench.lease()?["ip"] == "10.20.30.5")
      }
    }
  }

  @Test("a dnsmasq that is killed comes back, also while the server is away")
  func killed() async throws {
    try await DHCPBench.with { bench in
      let server = FakeDHCPServer([Self.usual])
      try await bench.withAgent(server) { calls in
        #expect(await calls.next() == .ready([Self.guest.id]))
        server.set(isAway: true)
        let process = try #require(bench.processID)
        kill(process, SIGKILL)
        try await waitUntil("dnsmasq is back") {
          bench.processID.map { $0 != process && DHCPBench.isRunning($0) } ?? false
        }
        try bench.connect("fa:16:3e:00:00:0a")
        #expect(try await bench.lease()?["ip"] == "10.20.30.5")
      }
    }
  }

  @Test("a dnsmasq whose pid file is lost is replaced, and does not keep the network from being served")
  func lost() async throws {
    try await DHCPBench.with { bench in
      try await bench.withAgent(FakeDHCPServer([Self.usual])) { calls in
        #expect(await calls.next() == .ready([Self.guest.id]))
      }
      let process = try #require(bench.processID)
      try await runChecked(["rm", "\(bench.configuration.dhcpConfs)/\(Self.network)/pid"])
      try await bench.withAgent(FakeDHCPServer([Self.usual])) { calls in
        #expect(await calls.next() == .ready([Self.guest.id]))
        #expect(!DHCPBench.isRunning(process))
        try bench.connect("fa:16:3e:00:00:0a")
        #expect(try await bench.lease()?["ip"] == "10.20.30.5")
      }
    }
  }

  @Test("a network that goes leaves nothing, also if it went while the agent was away", arguments: [false, true])
  func removal(_ isAway: Bool) async throws {
    try await DHCPBench.with { bench in
      let server = FakeDHCPServer([Self.usual])
      var process: Int32 = 0
      try await bench.withAgent(server) { calls in
        #expect(await calls.next() == .ready([Self.guest.id]))
        process = try #require(bench.processID)
        guard !isAway else { return }
        server.remove(Self.network)
        server.send(NetworkDeleteEnd.self, about: Self.network)
        #expect(await calls.next() == .released(Self.network))
        try await waitUntil("its folder is gone") { !bench.hasFolder }
      }
      if isAway {
        let empty = FakeDHCPServer()
        try await bench.withAgent(empty) { calls in
          #expect(await calls.next() == .released(Self.network))
          try await waitUntil("its folder is gone") { !bench.hasFolder }
        }
      }
      #expect(!DHCPBench.isRunning(process))
      #expect(try bench.link("tapdddddddd-dd") == nil)
      #expect(try bench.served() == nil)
      #expect(Netlink.NetworkNamespace.names(prefix: "qdhcp-", folder: bench.configuration.namespaces) == [])
    }
  }

  @Test("a network that fails is tried again, and the others are served meanwhile")
  func failure() async throws {
    try await DHCPBench.with { bench in
      // A file is where the network's folder shall be.
      try await runChecked(["mkdir", "-p", bench.configuration.dhcpConfs])
      let obstacle = try bench.folder.write([], to: "dhcp/\(Self.network)")
      let server = FakeDHCPServer([Self.usual])
      try await bench.withAgent(server) { calls in
        try await waitUntil("the agent has reported") { !server.reports.isEmpty }
        _ = unsafe unlink(obstacle)
        #expect(await calls.next() == .ready([Self.guest.id]))
      }
    }
  }

  @Test("a guest asks for its address by DHCPv6, and its lease is released when the address is another's")
  func stateful() async throws {
    let subnet = DHCPSubnet.v6(ra: .dhcpv6Stateful, address: .dhcpv6Stateful, dns: ["fd00::53"])
    let port = DHCPPort.port("a", [("6", "fd00:20::5")])
    try await DHCPBench.with { bench in
      let server = FakeDHCPServer([Self.network([subnet], [port])])
      try await bench.withAgent(server) { calls in
        #expect(await calls.next() == .ready([port.id]))
        try bench.connect("fa:16:3e:00:00:0a")
        #expect(try await bench.askDHCPv6("fa:16:3e:00:00:0a") == ["fd00:20::5", "fd00::53"])
        #expect(bench.text("leases").contains(" fd00:20::5 "))
        let other = DHCPPort.port("b", [("6", "fd00:20::5")])
        server.set(Self.network([subnet], [other]))
        server.send(PortUpdateEnd.self, about: Self.network)
        #expect(await calls.next() == .ready([other.id]))
        try await waitUntil("the lease is released") { !bench.text("leases").contains(" fd00:20::5 ") }
        try bench.connect("fa:16:3e:00:00:0b")
        #expect(try await bench.askDHCPv6("fa:16:3e:00:00:0b") == ["fd00:20::5", "fd00::53"])
      }
    }
  }

  @Test("guests make their address of the announced prefix", arguments: [IPv6Mode.slaac, .dhcpv6Stateless])
  func announcement(_ mode: IPv6Mode) async throws {
    let port = DHCPPort.port("a", [("6", "fd00:20::f816:3eff:fe00:a")])
    try await DHCPBench.with { bench in
      let server = FakeDHCPServer([Self.network([.v6(ra: mode, address: mode)], [port])])
      try await bench.withAgent(server) { calls in
        #expect(await calls.next() == .ready([port.id]))
        try bench.connect("fa:16:3e:00:00:0a")
        try await waitUntil("the guest has made its address") {
          try await bench.asGuest("ip", "-6", "address", "show", "dev", "eth0").output
            .contains("fd00:20::f816:3eff:fe00:a/64")
        }
        // Nobody routes here, and nobody says that he does.
        #expect(try await !bench.asGuest("ip", "-6", "route").output.contains("default"))
      }
    }
  }
}
