import Foundation
import JSON
import Support
import Testing

extension IntegrationTests {
  @Suite("64 clients at once")
  struct ClientConcurrencyTests {
    @Test("are given each address of a small subnet once, and none is lost")
    func addresses() async throws {
      try await Installation.with { installation in
        try await installation.startServer()
        let api = try await API(installation)
        let crowd = ClientCrowd(installation: installation, api: api)
        // 30 hosts, one of them the gateway.
        let network = try await api.makeNetwork(cidr: "10.20.30.0/27")
        let answers = try await crowd.send([crowd.request("POST", "/v2.0/ports", port(on: network))])
        #expect(answers.count == ClientCrowd.size)
        let addresses = answers.filter { $0.status == 201 }.compactMap(address)
        #expect(addresses.count == 29)
        #expect(Set(addresses).count == 29)
        let refused = answers.filter { $0.status != 201 }
        #expect(refused.allSatisfy { $0.status == 409 && $0.errorType == "IpAddressGenerationFailure" })
        #expect(Set(try installation.allocated()) == Set(addresses))
        // What is given back can be given again, to as many.
        let ids = try installation.database.rows("SELECT id FROM ports").map { $0[0] }
        let deleted = try await crowd.send(ids.map { crowd.request("DELETE", "/v2.0/ports/\($0)") })
        #expect(deleted.count { $0.status == 204 } == 29)
        let again = try await crowd.send([crowd.request("POST", "/v2.0/ports", port(on: network))])
        #expect(again.count { $0.status == 201 } == 29)
      }
    }

    @Test("lose no port and no address when the server is killed half way")
    func crash() async throws {
      try await Installation.with { installation in
        try await installation.startServer()
        let api = try await API(installation)
        try await api.setQuota(["port": -1])
        let crowd = ClientCrowd(installation: installation, api: api)
        // 509 addresses for 640 requests.
        let network = try await api.makeNetwork(cidr: "10.20.30.0/23")
        let request = crowd.request("POST", "/v2.0/ports", port(on: network))
        let output = installation.folder.file("killed.output")
        let clients = try crowd.start([request], times: 10, output: output)
        try await installation.database.wait(
          until: "the clients are half way", "SELECT 1 FROM ports LIMIT 1 OFFSET 200")
        await (try installation.server).kill()
        #expect(try await clients.waitForExit(within: .seconds(60)) == 0)
        let answered = try ClientCrowd.answers(in: output).filter { $0.status == 201 }
        #expect(answered.count < 509, "the server was killed too late")

        try await installation.startServer()
        let kept = try installation.database.rows("SELECT id FROM ports").map { $0[0] }
        let promised = answered.compactMap { $0.body["port"]?["id"]?.string }
        #expect(Set(promised).isSubset(of: kept), "\(promised.count) were promised, \(kept.count) were kept")
        #expect(promised.count >= 100)
        let addresses = try installation.allocated()
        #expect(addresses.count == kept.count)
        #expect(Set(answered.compactMap(address)).isSubset(of: addresses))
        // The rest of the subnet is free, to the last address.
        let rest = try await crowd.send([request], times: 10)
        #expect(rest.count { $0.status == 201 } == 509 - kept.count)
        #expect(Set(try installation.allocated()).count == 509)
      }
    }

    @Test("never overshoot a quota")
    func quota() async throws {
      try await Installation.with { installation in
        try await installation.startServer()
        let api = try await API(installation)
        try await api.setQuota(["port": 10, "network": 7])
        let crowd = ClientCrowd(installation: installation, api: api)
        let network = try await api.makeNetwork(cidr: "10.20.0.0/16")
        let answers = try await crowd.send(
          [
            crowd.request("POST", "/v2.0/ports", port(on: network)),
            crowd.request("POST", "/v2.0/networks", ["network": ["name": "one of many"]]),
          ], times: 2)
        #expect(answers.count { $0.status == 201 } == 10 + 6)
        #expect(answers.allSatisfy { $0.status == 201 || $0.errorType == "OverQuota" })
        #expect(try installation.database.count("SELECT count(*) FROM ports") == 10)
        #expect(try installation.database.count("SELECT count(*) FROM networks") == 7)
      }
    }

    @Test("that activate two bindings of a port leave exactly one active")
    func bindings() async throws {
      try await Installation.with { installation in
        try await installation.startServer()
        let api = try await API(installation)
        let crowd = ClientCrowd(installation: installation, api: api)
        let hosts = ["one", "two"]
        for host in hosts { try await installation.reportAgent(on: host, api) }
        let network = try await api.makeNetwork(cidr: "10.20.30.0/24")
        var activations: [JSONValue] = []
        for _ in 0..<8 {
          let made = try await api.checked(
            "POST", .networking, "/v2.0/ports",
            ["port": ["network_id": .string(network), "device_owner": "compute:nova", "binding:host_id": "one"]])
          let id = try #require(made["port"]?["id"]?.string)
          try await api.checked("POST", .networking, "/v2.0/ports/\(id)/bindings", ["binding": ["host": "two"]])
          activations += hosts.map { crowd.request("PUT", "/v2.0/ports/\(id)/bindings/\($0)/activate") }
        }
        let answers = try await crowd.send(activations, times: 4)
        #expect(answers.allSatisfy { $0.status == 200 || $0.errorType == "PortBindingAlreadyActive" })
        let active = try installation.database.rows(
          "SELECT port_id, sum(status = 'ACTIVE'), count(*) FROM port_bindings GROUP BY port_id")
        #expect(active.count == 8)
        #expect(active.allSatisfy { $0[1] == "1" && $0[2] == "2" }, "\(active)")
      }
    }

    private func port(on network: String) -> JSONValue { ["port": ["network_id": .string(network)]] }

    private func address(_ answer: ClientCrowd.Answer) -> String? {
      answer.body["port"]?["fixed_ips"]?.array?.first?["ip_address"]?.string
    }
  }
}

extension Installation {
  /// The addresses that ports have, as they stand in the database.
  fileprivate func allocated() throws -> [String] {
    try database.rows("SELECT ip_address FROM ip_allocations").map { $0[0] }
  }

  /// Reports the state of an agent on a host of which there is nothing else.
  fileprivate func reportAgent(on host: String, _ api: API) async throws {
    let secret = textOfFile(folder.file("hosts.secret")).filter { !$0.isWhitespace }
    // Without the zone, as oslo.messaging has it.
    let now = Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)).dropLast()
    let body: JSONValue = [
      "method": "report_state", "version": "1.3",
      "args": ["agent_state": ["agent_state": Self.agent(on: host)], "time": .string(String(now))],
    ]
    let answer = try await api.send(
      "POST", .networking, "/host-rpc/v1/call?host=\(host)&binary=neutron-linuxbridge-agent", bytes: body.bytes,
      headers: ["Authorization": "Bearer \(secret)"])
    try #require(answer.status == 200 && answer.json["failure"] == .null, "\(answer.json)")
  }

  private static func agent(on host: String) -> JSONValue {
    [
      "binary": "neutron-linuxbridge-agent", "host": .string(host), "agent_type": "Linux bridge agent",
      "topic": "N/A", "start_flag": true,
      "configurations": [
        "bridge_mappings": [:], "devices": 0, "extensions": [], "interface_mappings": [:], "l2_population": false,
        "tunnel_types": [], "tunneling_ip": "",
      ],
    ]
  }
}
