import HostRPC
import MetadataAgent
import Model
import Support
import Synchronization
import Testing

@Suite("The metadata agent", .serialized, .timeLimit(.minutes(2)))
struct MetadataAgentTests {
  @Test("a guest's request reaches the metadata service with the instance's id, signed")
  func forwarded() async throws {
    try await AgentBench.with { bench in
      let network = UUID()
      try await bench.makeNamespace(network)
      bench.server.own("169.254.169.254", of: network, device: AgentBench.instance, project: "p1")
      try await bench.running {
        let answer = try await bench.ask(network, "/openstack/latest/meta_data.json?x=1")
        #expect(answer.status == 200)
        #expect(answer.body == "hello from /openstack/latest/meta_data.json?x=1")
        let request = try #require(bench.nova.requests.withLock { $0.last })
        #expect(request.method == "GET")
        #expect(request.fields["x-instance-id"] == [AgentBench.instance])
        #expect(request.fields["x-tenant-id"] == ["p1"])
        #expect(request.fields["x-forwarded-for"] == ["169.254.169.254"])
        // HMAC-SHA256 of the instance's id with the key "secret", by openssl.
        #expect(request.fields["x-instance-id-signature"] == [AgentBench.signature])
      }
    }
  }

  @Test("a guest's own fields do not pass for the agent's, and a body goes along")
  func forged() async throws {
    try await AgentBench.with { bench in
      let network = UUID()
      try await bench.makeNamespace(network)
      bench.server.own("169.254.169.254", of: network, device: AgentBench.instance, project: "p1")
      try await bench.running {
        let answer = try await bench.ask(
          network, "/openstack/latest/password", "-H", "X-Instance-ID: \(UUID())", "-H", "X-Tenant-ID: p2", "-H",
          "X-Forwarded-For: 10.0.0.9", "--data-binary", "a password")
        #expect(answer.status == 200)
        let request = try #require(bench.nova.requests.withLock { $0.last })
        #expect(request.method == "POST")
        #expect(request.body == "a password")
        #expect(request.fields["x-instance-id"] == [AgentBench.instance])
        #expect(request.fields["x-tenant-id"] == ["p1"])
        #expect(request.fields["x-forwarded-for"] == ["169.254.169.254"])
      }
    }
  }

  @Test("refusals of the metadata service reach the guest", arguments: [400, 403, 404, 409, 500])
  func refused(_ status: Int) async throws {
    try await AgentBench.with { bench in
      let network = UUID()
      try await bench.makeNamespace(network)
      bench.server.own("169.254.169.254", of: network, device: AgentBench.instance, project: "p1")
      bench.nova.status.withLock { $0 = status }
      try await bench.running {
        let answer = try await bench.ask(network, "/latest")
        #expect(answer.status == status)
      }
    }
  }

  @Test("an address that is nobody's, or several ports', gets 404; a server that is away 503")
  func nobody() async throws {
    try await AgentBench.with { bench in
      let (network, other, third) = (UUID(), UUID(), UUID())
      for id in [network, other, third] { try await bench.makeNamespace(id) }
      bench.server.own("169.254.169.254", of: other, device: AgentBench.instance, project: "p1")
      bench.server.own("169.254.169.254", of: other, device: "\(UUID())", project: "p1")
      bench.server.fail(for: third)
      try await bench.running {
        var statuses: [Int] = []
        for id in [network, other, third] { statuses.append(try await bench.ask(id, "/latest").status) }
        #expect(statuses == [404, 404, 503])
        #expect(bench.nova.requests.withLock { $0.isEmpty })
      }
    }
  }

  @Test("namespaces are followed as they come, go, and come again under the same name")
  func follow() async throws {
    try await AgentBench.with { bench in
      let network = UUID()
      bench.server.own("169.254.169.254", of: network, device: AgentBench.instance, project: "p1")
      try await bench.running {
        for _ in 0..<2 {
          try await bench.makeNamespace(network)
          #expect(try await bench.ask(network, "/latest").status == 200)
          try await bench.removeNamespace(network)
        }
      }
    }
  }

  @Test("a body that is too long is refused, and too many connections of one address are")
  func limits() async throws {
    try await AgentBench.with { bench in
      bench.configuration.limits.requestBytes = 1000
      bench.configuration.limits.connectionsOfAddress = 0
      let network = UUID()
      try await bench.makeNamespace(network)
      try await bench.running {
        let answer = try await bench.ask(network, "/latest")
        #expect(answer.status == 429)
      }
      bench.configuration.limits.connectionsOfAddress = 1
      try await bench.running {
        let long = String(repeating: "x", count: 1001)
        let answer = try await bench.ask(network, "/openstack/latest/password", "--data-binary", long)
        #expect(answer.status == 413)
      }
    }
  }

  @Test("the agent reports itself, with the start flag first")
  func reports() async throws {
    try await AgentBench.with { bench in
      try await bench.running { await bench.server.untilReported() }
      let state = try #require(bench.server.reports.withLock { $0.first })
      #expect(state.agentType == "Metadata agent")
      #expect(state.binary == "neutron-metadata-agent")
      #expect(state.topic == "N/A")
      #expect(state.startFlag)
    }
  }
}
