import HostRPC
import L2Agent
import Model
import Netlink
import Testing

/// The interface of a flat network is often the one by which the host is reached.
@Suite("A host stays reachable when its interface goes into a bridge", .timeLimit(.minutes(1)))
struct HostAddressTests {
  static let six: [UInt8] = [0xFD, 0x00] + Array(repeating: 0, count: 13) + [1]
  static let far: [UInt8] = [192, 0, 2, 0]

  private func reach(_ bench: Bench, by name: String) throws -> (addresses: Set<[UInt8]>, routes: Set<[UInt8]>) {
    let link = try #require(try bench.socket.link(named: name))
    return (
      Set(try bench.socket.hostAddresses().filter { $0.link == link.index && $0.isGlobal }.map(\.address)),
      Set(try bench.socket.routes().filter { $0.link == link.index && !$0.isOfAddress }.map(\.destination))
    )
  }

  @Test("addresses and routes of both versions move to the bridge, and back when the bridge goes")
  func moved() async throws {
    let lan = try HostLAN(hosts: 2)
    let (one, two) = (lan.hosts[0], lan.hosts[1])
    let under = try #require(try one.bench.socket.link(named: "under0"))
    try one.bench.socket.add(HostAddress(link: under.index, address: Self.six, prefixLength: 64))
    try one.bench.socket.set(
      Route(link: under.index, destination: [0, 0, 0, 0], prefixLength: 0, gateway: [10, 78, 0, 2], metric: 50))
    try one.bench.socket.set(
      Route(link: under.index, destination: Self.far, prefixLength: 24, gateway: [10, 78, 0, 2]))
    let addresses: Set<[UInt8]> = [[10, 78, 0, 1], Self.six]
    let routes: Set<[UInt8]> = [[0, 0, 0, 0], Self.far]

    one.bench.configuration.interfaceMappings = ["physnet1": "under0"]
    let details = DeviceDetails.port("00000001", type: "flat", physicalNetwork: "physnet1", mtu: 1400)
    let server = FakeServer([details])
    try await one.bench.withAgent(server) { calls in
      do {
        let tap = try one.bench.make(details.device)
        #expect(await calls.next() == .details([tap.name]))
        #expect(await calls.next() == .up(tap.name))
        #expect(try reach(one.bench, by: "brqdb3e1ed8-b9") == (addresses, routes))
        #expect(try reach(one.bench, by: "under0") == ([], []))
        let (code, output) = try run("ping", "-c", "1", "-w", "5", "-i", "0.2", "10.78.0.1", in: two.bench.namespace)
        #expect(code == 0, "\(output)")
      }
      #expect(await calls.next() == .down(details.device))
      server.send(NetworkDelete.self, .init(networkID: DeviceDetails.network))
      try await changed { try one.bench.socket.link(named: "brqdb3e1ed8-b9") == nil }
    }
    #expect(try reach(one.bench, by: "under0") == (addresses, routes))
    let (code, output) = try run("ping", "-c", "1", "-w", "5", "-i", "0.2", "10.78.0.1", in: two.bench.namespace)
    #expect(code == 0, "\(output)")
  }
}
