import HostRPC
import L2Agent
import Model
import Netlink
import Testing

/// Hosts on one LAN: each a network namespace with an agent's view of the world, cabled by `under0` to a bridge in a
/// namespace between them. Their addresses on the LAN are 10.78.0.1, 10.78.0.2 and so on.
struct HostLAN {
  /// One host, and what is plugged there.
  final class Host {
    let number: UInt32
    var bench: Bench
    private(set) var devices: [DeviceDetails] = []

    var address: IPv4Address { IPv4Address(bits: 0x0A4E_0000 | number) }

    init(number: UInt32) throws {
      self.number = number
      bench = try Bench()
    }

    /// How many IPv4 packets were cut into pieces here.
    var fragments: Int {
      get throws {
        let (code, output) = try run("cat", "/proc/thread-self/net/snmp", in: bench.namespace)
        let lines = output.split(separator: "\n").filter { $0.hasPrefix("Ip:") }.map { $0.split(separator: " ") }
        let column = try #require(lines.first?.firstIndex(of: "FragOKs"), "\(code): \(output)")
        return try #require(Int(lines[1][column]))
      }
    }

    /// Plugs a guest into a network: a namespace with `eth0`, whose other end has the name of the port's tap.
    func plug(_ guest: Guest) throws {
      let inside = try NetlinkSocket(in: guest.namespace)
      let device = try bench.socket.createVeth(guest.details.device, peer: "eth0", in: guest.namespace)
      // The host's end is to send nothing of its own.
      try bench.socket.change(device, LinkChange(hasLinkLocalAddress: false))
      let eth0 = try #require(try inside.link(named: "eth0"))
      var change = LinkChange(isUp: true, mtu: guest.details.mtu, mac: guest.details.macAddress.bits)
      if guest.six == nil { change.hasLinkLocalAddress = false }
      try inside.change(eth0, change)
      try inside.add(HostAddress(link: eth0.index, address: guest.four, prefixLength: 24))
      if let six = guest.six { try inside.add(HostAddress(link: eth0.index, address: six, prefixLength: 64)) }
      devices.append(guest.details)
    }
  }

  /// A guest with an address of each version that ends in its number.
  struct Guest {
    let namespace: NetworkNamespace
    let number: UInt8
    let details: DeviceDetails
    let hasIPv6: Bool

    init(
      _ number: UInt8, type: String, segment: Int? = nil, physicalNetwork: String? = nil, mtu: Int = 1400,
      network: UUID = DeviceDetails.network, hasIPv6: Bool = true
    ) throws {
      namespace = try NetworkNamespace()
      self.number = number
      self.hasIPv6 = hasIPv6
      var details = DeviceDetails.port(
        "0000000\(number)", type: type, segment: segment, physicalNetwork: physicalNetwork, mtu: mtu, network: network)
      details.macAddress = MACAddress(bits: 0xFA16_3E00_0000 | UInt64(number))
      self.details = details
    }

    var four: [UInt8] { [10, 88, 0, number] }
    var six: [UInt8]? { hasIPv6 ? [0x20, 0x01, 0x0D, 0xB8] + Array(repeating: 0, count: 11) + [number] : nil }

    /// What the server tells of it.
    var entries: [FDBEntry] {
      let addresses = ["10.88.0.\(number)"] + (hasIPv6 ? ["2001:db8::\(number)"] : [])
      return addresses.compactMap { IPAddress($0) }.map {
        FDBEntry(macAddress: details.macAddress, ipAddress: $0)
      }
    }

    /// Whether a packet as large as the MTU allows goes there and comes back whole, over the version.
    func reaches(_ other: Guest, over version: IPVersion) throws -> Bool {
      // Ten packets in two seconds, one of which must come back.
      let (code, output) = try ping(other, over: version, size: details.mtu, "-w", "5", "-i", "0.2")
      if code != 0 { Issue.record("\(number) does not reach \(other.number) over \(version): \(output)") }
      return code == 0
    }

    /// One packet of `size` bytes with its IP header, which nobody may cut; the exit code tells whether it came back.
    func ping(
      _ other: Guest, over version: IPVersion, size: Int, _ options: String...
    ) throws -> (Int32, String) {
      let headers = version == .v4 ? 28 : 48
      let address = version == .v4 ? "10.88.0.\(other.number)" : "2001:db8::\(other.number)"
      let command = ["ping", version == .v4 ? "-4" : "-6", "-c", "1", "-M", "do", "-s", "\(size - headers)"]
      return try runProgram(["nsenter", "--net=\(namespace.path)"] + command + options + [address])
    }

    /// Counts from now on every frame that comes in from one of `others`, of whatever protocol.
    func listen(for others: [Guest]) throws {
      let senders = others.map(\.details.macAddress.description).joined(separator: ", ")
      let (code, output) = try run(
        "nft",
        "add table netdev ear; add counter netdev ear heard; "
          + "add chain netdev ear in { type filter hook ingress device eth0 priority 0; }; "
          + "add rule netdev ear in ether saddr { \(senders) } counter name heard",
        in: namespace)
      try #require(code == 0, "\(output)")
    }

    /// How many frames have been counted.
    func heard() throws -> Int {
      let (code, output) = try run("nft", "list", "counter", "netdev", "ear", "heard", in: namespace)
      let words = output.split(whereSeparator: \.isWhitespace)
      let at = try #require(words.firstIndex(of: "packets"), "\(code): \(output)")
      return try #require(Int(words[at + 1]))
    }
  }

  let lan: NetworkNamespace
  let hosts: [Host]

  /// - Parameter isAddressed: Whether the hosts have their addresses on `under0`.
  init(hosts count: Int, isAddressed: Bool = true) throws {
    lan = try NetworkNamespace()
    let socket = try NetlinkSocket(in: lan)
    let bridge = try socket.createBridge("lan")
    try socket.change(bridge, LinkChange(isUp: true))
    hosts = try (1...count).map { number in
      let host = try Host(number: UInt32(number))
      let port = try socket.createVeth("port\(number)", peer: "under0", in: host.bench.namespace)
      try socket.change(port, LinkChange(isUp: true, master: bridge.index))
      let under = try #require(try host.bench.socket.link(named: "under0"))
      try host.bench.socket.change(under, LinkChange(isUp: true))
      if isAddressed {
        try host.bench.socket.add(LinkAddress(link: under.index, address: host.address.bits, prefixLength: 24))
      }
      return host
    }
  }

  /// Lets every host's agent wire what is plugged there, and then runs `body` while the agents go on.
  func withAgents(
    _ body: ([FakeServer]) async throws -> Void
  ) async throws {
    try await withAgents(of: hosts[...], [], body)
  }

  private func withAgents(
    of rest: ArraySlice<Host>, _ servers: [FakeServer], _ body: ([FakeServer]) async throws -> Void
  ) async throws {
    guard let host = rest.first else { return try await body(servers) }
    let server = FakeServer(host.devices)
    try await host.bench.withAgent(server) { calls in
      var up: Set<String> = []
      while up.count < host.devices.count, let call = await calls.next() {
        switch call {
        case .up(let device): up.insert(device)
        case .many(let devices, let down):
          if let device = down.first { throw NotWired(device: device) }
          up.formUnion(devices)
        case .details: break
        case .down(let device): throw NotWired(device: device)
        }
      }
      try await withAgents(of: rest.dropFirst(), servers + [server], body)
    }
  }

  struct NotWired: Error { let device: String }
}
